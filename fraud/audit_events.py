from audit.registry import register

register("file.received", en="received a claim file", ko="청구 파일을 받았습니다")
register("upload.begun", en="began to send a file in parts", ko="파일을 나누어 보내기 시작했습니다")
register("upload.given_up", en="gave up a file sent in parts", ko="나누어 보내던 파일을 취소했습니다")
register("file.imported", en="imported a claim file", ko="청구 파일을 반영했습니다")
register("file.rejected", en="could take no row of a claim file", ko="청구 파일의 모든 행을 받지 못했습니다")
register("file.quarantined", en="quarantined a claim file", ko="청구 파일을 격리했습니다")
register("file.failed", en="could not finish a claim file", ko="청구 파일을 처리하지 못했습니다")
register("feed.imported", en="imported a personnel feed", ko="인사 자료를 반영했습니다")
register(
    "people.placed", en="applied moves and promotions that hold today", ko="오늘 자 인사 발령을 반영했습니다"
)
register("profile.changed", en="changed an import profile", ko="가져오기 설정을 변경했습니다")
register(
    "exemption.proposed",
    en="proposed a column without card or resident numbers",
    ko="카드·주민번호 검사에서 제외할 열을 상신했습니다",
)
register(
    "exemption.approved",
    en="agreed to a column without card or resident numbers",
    ko="카드·주민번호 검사에서 열 제외를 승인했습니다",
)
register(
    "exemption.returned",
    en="returned a proposed column without card or resident numbers",
    ko="카드·주민번호 검사에서 열 제외를 반려했습니다",
)
register("claims.received", en="received claims through the interface", ko="인터페이스로 청구를 받았습니다")
register("receipt.read", en="read a receipt", ko="영수증을 판독했습니다")
register("claims.exported", en="exported claims", ko="청구를 내보냈습니다")
register("money_back.linked", en="linked money back to its purchase", ko="환급을 원거래와 연결했습니다")
register("money_back.dismissed", en="dismissed money back", ko="원거래 없는 환급을 목록에서 제외했습니다")
register(
    "money_back.rest",
    en="dismissed what came back beyond a purchase",
    ko="원거래를 넘는 환급을 목록에서 제외했습니다",
)
register("money_back.apart", en="unlinked money back", ko="환급의 원거래 연결을 풀었습니다")
register("account.revoked", en="revoked a token", ko="토큰을 폐기했습니다")
register("user.invited", en="invited somebody", ko="사용자를 초대했습니다")
register("user.invited_again", en="sent an invitation again", ko="초대 메일을 다시 보냈습니다")
register("user.ended", en="ended a login", ko="계정을 종료했습니다")
register("user.left", en="ended the login of a leaver", ko="퇴사자의 계정을 종료했습니다")
register("user.signed_out", en="ended all sessions and the token", ko="모든 세션과 토큰을 종료했습니다")
register(
    "user.password_set", en="chose a password by a one-time link", ko="일회용 링크로 비밀번호를 정했습니다"
)
register("user.password_changed", en="changed the password", ko="비밀번호를 변경했습니다")
register("user.second_step_added", en="set up a second step for signing in", ko="2단계 인증을 등록했습니다")
register("user.second_step_removed", en="removed a second step of signing in", ko="2단계 인증을 해제했습니다")
register("access.proposed", en="proposed a change of access", ko="접근 권한 변경을 상신했습니다")
register("access.confirmed", en="confirmed a change of access", ko="접근 권한 변경을 승인했습니다")
register("access.returned", en="returned a change of access", ko="접근 권한 변경을 반려했습니다")
register(
    "access.withdrawn", en="withdrew a proposed change of access", ko="접근 권한 변경 상신을 철회했습니다"
)
register(
    "access.left_group",
    en="lost roles by leaving a group of the directory",
    ko="디렉터리 그룹에서 빠져 역할이 종료되었습니다",
)
register(
    "user.directory_linked",
    en="signed in through the directory for the first time",
    ko="회사 디렉터리로 처음 로그인했습니다",
)
register("access.reviewed", en="reviewed somebody's access", ko="접근 권한을 점검했습니다")
register("run.started", en="started a screening run", ko="심사를 시작했습니다")
register("run.finished", en="finished a screening run", ko="심사를 마쳤습니다")
register("run.restarted", en="started a failed screening run again", ko="실패한 심사를 다시 시작했습니다")
register("run.failed", en="stopped a screening run with an error", ko="심사가 오류로 중단되었습니다")
register("run.paused", en="paused a screening run", ko="심사를 일시 중지했습니다")
register("run.resumed", en="resumed a screening run", ko="심사를 재개했습니다")
register("run.cancelled", en="cancelled a screening run", ko="심사를 취소했습니다")
register("outcomes.delivered", en="delivered outcomes", ko="결과를 등록했습니다")
register("labels.exported", en="exported labels", ko="라벨을 내보냈습니다")
register("scores.exported", en="exported scores", ko="점수를 내보냈습니다")
register("label.added", en="added a label", ko="라벨을 추가했습니다")
register("model.trained", en="trained a model version", ko="모델을 학습했습니다")
register(
    "model.compared", en="compared a model version with the champion", ko="모델을 운영 모델과 비교했습니다"
)
register("model.proposed", en="proposed a model version for promotion", ko="모델 승격을 상신했습니다")
register("model.promoted", en="promoted a model version", ko="모델을 승격했습니다")
register("model.returned", en="returned a promotion proposal", ko="모델 승격 상신을 반려했습니다")
register(
    "model.roll_back_proposed",
    en="proposed to go back to an earlier model version",
    ko="이전 모델 복원을 상신했습니다",
)
register("model.damaged", en="refused a damaged model file", ko="손상된 모델 파일을 거부했습니다")
register(
    "holiday.proposed", en="proposed a change of the company's calendar", ko="회사 휴일 변경을 상신했습니다"
)
register(
    "holiday.returned", en="returned a change of the company's calendar", ko="회사 휴일 변경을 반려했습니다"
)
register("holiday.added", en="added a day to the company's calendar", ko="회사 휴일을 추가했습니다")
register("holiday.removed", en="took a day off the company's calendar", ko="회사 휴일을 삭제했습니다")
register("settings.proposed", en="proposed settings", ko="설정 변경을 상신했습니다")
register("settings.changed", en="changed settings", ko="설정을 변경했습니다")
register("settings.returned", en="returned proposed settings", ko="설정 변경 상신을 반려했습니다")
register("experiment.started", en="started an experiment", ko="실험을 시작했습니다")
register("experiment.cancelled", en="cancelled an experiment", ko="실험을 취소했습니다")
register("experiment.finished", en="finished an experiment", ko="실험을 마쳤습니다")
register("experiment.failed", en="stopped an experiment with an error", ko="실험이 오류로 중단되었습니다")
register("training.started", en="asked for a training", ko="모델 학습을 시작했습니다")
register(
    "training.refused",
    en="did not begin a training: another one was under way",
    ko="다른 학습이 진행 중이어서 모델 학습을 시작하지 않았습니다",
)
register("training.cancelled", en="cancelled a training", ko="모델 학습을 취소했습니다")
register("training.finished", en="finished a training", ko="모델 학습을 마쳤습니다")
register("training.failed", en="stopped a training with an error", ko="모델 학습이 오류로 중단되었습니다")
register("file.cancel_wanted", en="asked that an import stops", ko="가져오기 취소를 요청했습니다")
register("file.cancelled", en="stopped the import of a file", ko="파일 가져오기를 중단했습니다")
register(
    "suppression.proposed",
    en="proposed that a rule leaves a person or merchant alone",
    ko="규칙의 예외(사람·가맹점)를 상신했습니다",
)
register("suppression.confirmed", en="agreed to a suppression of a rule", ko="규칙 예외를 승인했습니다")
register("suppression.returned", en="returned a suppression of a rule", ko="규칙 예외를 반려했습니다")
register("suppression.ended", en="ended a suppression of a rule early", ko="규칙 예외를 조기 종료했습니다")
