from audit.registry import register

register("case.opened", en="opened the case", ko="건을 열었습니다")
register("case.alert_added", en="added an alert to the case", ko="건에 경보를 추가했습니다")
register(
    "case.hits_added", en="found further hits on claims of the case", ko="건의 청구에서 새 적중을 찾았습니다"
)
register("case.claim_changed", en="followed a change of a claim", ko="청구 변경을 반영했습니다")
register("case.taken", en="took the case", ko="건을 맡았습니다")
register("case.released", en="put the case back into the queue", ko="건을 대기열로 돌려놓았습니다")
register("case.lock_expired", en="let the take expire", ko="맡은 기한이 지나 대기열로 돌아갔습니다")
register("case.assigned", en="assigned the case", ko="건을 배정했습니다")
register(
    "case.handed_over",
    en="handed the case to somebody who is there",
    ko="근무 중인 담당자에게 건을 넘겼습니다",
)
register("case.escalated", en="told others that the case is late", ko="건이 지연되고 있음을 알렸습니다")
register("work.profile_changed", en="changed what a reviewer works on", ko="검토자의 업무 설정을 바꿨습니다")
register("case.snoozed", en="set the case aside", ko="건을 보류했습니다")
register("case.woken", en="took the case up again", ko="보류를 해제했습니다")
register("case.noted", en="wrote a note", ko="메모를 남겼습니다")
register(
    "case.deadline_moved",
    en="moved the deadline for a day off that was added",
    ko="추가된 휴일에 따라 기한을 늦췄습니다",
)
register(
    "case.deadline_counted",
    en="let the deadline count from when its mail left",
    ko="안내 메일이 나간 날부터 기한을 다시 계산했습니다",
)
register("mail.sent_again", en="sent a mail again", ko="메일을 다시 보냈습니다")
register("mail.told_otherwise", en="told somebody another way", ko="다른 방법으로 알렸습니다")
register(
    "case.erased",
    en="erased files and texts after their period",
    ko="보존 기간이 지난 파일과 글을 삭제했습니다",
)
register(
    "own_data.exported",
    en="took an export of what is kept about them",
    ko="본인에 관한 보관 자료를 내려받았습니다",
)
register("webhook.proposed", en="proposed a webhook", ko="웹훅 등록을 상신했습니다")
register("webhook.approved", en="agreed to a webhook", ko="웹훅 등록을 승인했습니다")
register("webhook.returned", en="returned a proposed webhook", ko="웹훅 등록 상신을 반려했습니다")
register("webhook.stopped", en="stopped a webhook", ko="웹훅을 중지했습니다")
register("webhook.secret_changed", en="gave a webhook a new secret", ko="웹훅 비밀 값을 새로 발급했습니다")
register(
    "webhook.sent_again", en="let a webhook message be sent again", ko="웹훅 메시지를 다시 보내도록 했습니다"
)
register("case.undone", en="took the last step back", ko="마지막 조치를 되돌렸습니다")
register("case.reopened", en="reopened the case as a new one", ko="건을 재개하여 새 건을 열었습니다")
register("case.took_in", en="merged another case into this one", ko="다른 건을 이 건에 합쳤습니다")
register("case.merged", en="merged the case into another one", ko="다른 건에 합치고 종결했습니다")
register("case.unmerged", en="took the merge back", ko="합친 것을 되돌려 건을 다시 열었습니다")
register("case.gave_back", en="let a case that was merged go again", ko="합쳤던 건을 다시 내보냈습니다")
register("case.split", en="split claims off into another case", ko="일부 청구를 다른 건으로 나눴습니다")
register("case.claim_detached", en="took a claim out of the case", ko="청구를 건에서 뺐습니다")
register("case.claim_attached", en="put a claim back into the case", ko="뺐던 청구를 다시 넣었습니다")
register("case.linked", en="linked the case with another one", ko="다른 건과 연결했습니다")
register("case.unlinked", en="took a link with another case away", ko="다른 건과의 연결을 없앴습니다")
register("case.checked", en="ticked a step of the checklist", ko="점검 항목을 확인했습니다")
register("case.check_skipped", en="skipped a step of the checklist", ko="점검 항목을 건너뛰었습니다")
register("case.check_opened", en="opened a step of the checklist again", ko="점검 항목을 다시 열었습니다")
register("case.tagged", en="changed the tags", ko="태그를 바꿨습니다")
register("explanation.requested", en="asked for an explanation", ko="소명을 요청했습니다")
register("explanation.withdrawn", en="withdrew the request", ko="소명 요청을 철회했습니다")
register("explanation.extension_asked", en="asked for more time", ko="기한 연장을 요청했습니다")
register(
    "explanation.extension_voided",
    en="let the asking for more time go, since the request ended",
    ko="요청이 끝나 기한 연장 신청을 무효로 했습니다",
)
register("explanation.extended", en="extended the deadline", ko="소명 기한을 연장했습니다")
register("explanation.submitted", en="explained", ko="소명을 제출했습니다")
register(
    "explanation.submitted_late", en="explained after the deadline", ko="기한이 지난 뒤 소명을 제출했습니다"
)
register("explanation.lapsed", en="let the deadline pass", ko="소명 기한이 지났습니다")
register("evidence.added", en="added evidence", ko="증빙을 추가했습니다")
register("evidence.withdrawn", en="withdrew evidence", ko="증빙을 철회했습니다")
register("evidence.quarantined", en="had a file put in quarantine", ko="파일이 격리되었습니다")
register("evidence.damaged", en="found damaged evidence", ko="손상된 증빙을 발견했습니다")
register("decision.proposed", en="proposed a decision", ko="결정을 상신했습니다")
register("decision.returned", en="returned the proposal", ko="상신을 반려했습니다")
register(
    "decision.voided",
    en="voided the proposal, since its facts changed",
    ko="사실이 바뀌어 상신을 무효로 했습니다",
)
register("decision.approved", en="approved the decision", ko="결정을 승인했습니다")
register("decision.taken", en="decided", ko="결정했습니다")
register("notice.accepted", en="accepted the decision", ko="처분을 수용했습니다")
register("notice.ended", en="let the time to appeal pass", ko="이의신청 기간이 지났습니다")
register("appeal.submitted", en="appealed", ko="이의를 신청했습니다")
register("appeal.decided", en="decided the appeal", ko="이의신청을 결정했습니다")
register("recovery.planned", en="agreed instalments", ko="분할 상환을 정했습니다")
register("recovery.consented", en="consented to a payroll deduction", ko="급여 공제에 동의했습니다")
register("recovery.consent_withdrawn", en="withdrew the consent", ko="급여 공제 동의를 철회했습니다")
register("recovery.posted", en="posted money received", ko="입금을 기록했습니다")
register("recovery.reversed", en="reversed a posting", ko="입금 기록을 취소했습니다")
register("recovery.confirmed", en="confirmed a posting", ko="입금 기록을 확인했습니다")
register("statement.taken_in", en="took in a statement", ko="입출금 명세를 받았습니다")
register("statement.set_aside", en="set an entry of a statement aside", ko="명세 항목을 제외했습니다")
register(
    "statement.taken_up", en="took an entry of a statement up again", ko="제외한 명세 항목을 되돌렸습니다"
)
register("statement.profile_saved", en="saved a profile of statements", ko="명세 설정을 저장했습니다")
register("recovery.given_back", en="recorded money given back", ko="돌려준 금액을 기록했습니다")
register("recovery.write_off_requested", en="asked for a write-off", ko="환수 포기를 요청했습니다")
register("recovery.write_off_approved", en="approved the write-off", ko="환수 포기를 승인했습니다")
register(
    "recovery.write_off_voided",
    en="let the asking for a write-off go, since the recovery ended",
    ko="환수가 끝나 환수 포기 요청을 무효로 했습니다",
)
register("recovery.write_off_returned", en="returned the write-off", ko="환수 포기 요청을 반려했습니다")
register(
    "recovery.settled",
    en="ended the recovery: the card gave the money back",
    ko="카드 취소로 환수를 종료했습니다",
)
register(
    "recovery.resumed",
    en="took the recovery up again: money that had come back is missing after all",
    ko="되돌아온 돈이 다시 빠져 환수를 다시 시작했습니다",
)
register(
    "recovery.owed_anew",
    en="changed by a new decision what is owed to the cardholder",
    ko="새 결정으로 돌려줄 금액이 바뀌었습니다",
)
register(
    "recovery.earlier_changed",
    en="counted anew what came back in the case before this one",
    ko="이전 건에서 반납된 금액을 다시 계산했습니다",
)
register(
    "case.dissolved",
    en="ended the case: none of its payments is this person's",
    ko="모든 결제가 다른 사람의 것으로 확인되어 건을 종료했습니다",
)
register("recovery.reminded", en="reminded of the repayment", ko="반납 안내를 보냈습니다")
register("mail.text_proposed", en="proposed the text of a mail", ko="메일 문구 변경을 상신했습니다")
register("mail.text_changed", en="let a new text of a mail count", ko="메일 문구를 변경했습니다")
register("mail.text_returned", en="returned the text of a mail", ko="메일 문구 변경을 반려했습니다")
register("tip.recorded", en="recorded a tip", ko="제보를 기록했습니다")
register("run.held_back", en="held back claims that got no seat", ko="자리를 얻지 못한 청구를 대기시켰습니다")
register(
    "run.held_back_seated",
    en="gave claims held back their seat in a case",
    ko="자리를 기다리던 청구를 건에 배정했습니다",
)
register(
    "run.held_back_expired",
    en="let held-back claims expire",
    ko="자리를 기다리던 청구의 대기 기간이 끝났습니다",
)
register(
    "run.held_back_outdated",
    en="let held-back claims go: changed, taken back or under the threshold",
    ko="변경·취소되었거나 기준 미만이 된 청구를 대기에서 제외했습니다",
)
register("recoveries.exported", en="exported the recovery ledger", ko="환수 원장을 내보냈습니다")
register("dossier.exported", en="exported the dossier of a case", ko="건 기록철을 내보냈습니다")
register("assurance.exported", en="exported the assurance report", ko="감사위원회 보고서를 내보냈습니다")
register("figures.exported", en="exported figures of the reports", ko="보고서 수치를 내보냈습니다")
