"""The texts of mails about no case as they are shipped: signing in, alarms, what waits for staff. Of one registry with `mail_defaults`."""

from __future__ import annotations

# name → language → (subject, body). Whoever sends one fills its places.
# fmt: off
NOTICES: dict[str, dict[str, tuple[str, str]]] = {
    "login.invited": {
        "en": (
            "Your login for Cleancard",
            "A login was made for you: {username}\n\nChoose your password here. The link works once, for {hours} hours:\n{link}\n\n"
            "If it has run out, ask for another one on the sign-in page under “Forgot the password?”.",
        ),
        "ko": (
            "클린카드 계정 안내",
            "계정이 만들어졌습니다. 아이디: {username}\n\n아래 링크에서 비밀번호를 정해 주세요. 링크는 {hours}시간 동안 한 번만 사용할 수 있습니다.\n{link}\n\n"
            "기한이 지났다면 로그인 화면의 “비밀번호를 잊으셨나요?”에서 다시 요청해 주세요.",
        ),
    },
    "login.reset": {
        "en": (
            "A new password for Cleancard",
            "Somebody asked for a new password for the login {username}.\n\nChoose it here. The link works once, for {hours} hours:\n{link}\n\n"
            "If it was not you, do nothing: the password stays as it is.",
        ),
        "ko": (
            "클린카드 새 비밀번호",
            "계정 {username}의 새 비밀번호 요청을 받았습니다.\n\n아래 링크에서 새 비밀번호를 정해 주세요. 링크는 {hours}시간 동안 한 번만 사용할 수 있습니다.\n{link}\n\n"
            "본인이 요청하지 않았다면 아무것도 하지 않으셔도 됩니다. 비밀번호는 그대로 유지됩니다.",
        ),
    },
    "login.password": {
        "en": (
            "Your password for Cleancard was changed",
            "The password of your login {username} was changed. If it was not you, tell the system admin at once.",
        ),
        "ko": (
            "클린카드 비밀번호가 변경되었습니다",
            "계정 {username}의 비밀번호가 변경되었습니다. 본인이 변경하지 않았다면 즉시 시스템 관리자에게 알려 주세요.",
        ),
    },
    "login.second_step_added": {
        "en": (
            "A second step for signing in was set up",
            "A second step was set up for your login {username}. If it was not you, tell the system admin at once.",
        ),
        "ko": (
            "2단계 인증이 등록되었습니다",
            "계정 {username}에 2단계 인증이 등록되었습니다. 본인이 아니라면 즉시 시스템 관리자에게 알려 주세요.",
        ),
    },
    "login.second_step_removed": {
        "en": (
            "A second step for signing in was removed",
            "The second step of your login {username} was removed. If it was not you, tell the system admin at once.",
        ),
        "ko": (
            "2단계 인증이 해제되었습니다",
            "계정 {username}의 2단계 인증이 해제되었습니다. 본인이 아니라면 즉시 시스템 관리자에게 알려 주세요.",
        ),
    },
    "login.left": {
        "en": (
            "A login has ended: its person has left",
            "By the personnel feed, {last_day} was the last day of the person behind the login {username}.",
        ),
        "ko": (
            "퇴사로 계정이 종료되었습니다",
            "인사 자료에 따르면 계정 {username} 사용자의 마지막 근무일은 {last_day}입니다.",
        ),
    },
    "detection.alarms": {
        "en": (
            "What scores the claims needs you",
            "{alarms}\n\nThis mail comes once a week as long as anything holds.\n{detection_link}",
        ),
        "ko": (
            "탐지 모델에 확인할 사항이 있습니다",
            "{alarms}\n\n해당 사항이 있는 동안 일주일에 한 번 보내는 메일입니다.\n{detection_link}",
        ),
    },
    "model.damaged": {
        "en": (
            "The model that scores the claims is damaged",
            "{alarms}\n\nThis mail comes every day as long as the files are damaged.\n{detection_link}",
        ),
        "ko": (
            "운영 중인 탐지 모델이 손상되었습니다",
            "{alarms}\n\n파일이 손상되어 있는 동안 매일 보내는 메일입니다.\n{detection_link}",
        ),
    },
    "mail.dead": {
        "en": (
            "{n} mails could not be sent",
            "No deadline runs for people who were not told. Look at the mails, and send them again:\n{mails_link}",
        ),
        "ko": (
            "메일 {n}통을 보내지 못했습니다",
            "안내를 받지 못한 사람의 기한은 진행되지 않습니다. 메일을 확인하고 다시 보내 주십시오.\n{mails_link}",
        ),
    },
    "notice": {
        "en": ("{sentence}", "{sentence}\n\n{case_link}"),
        "ko": ("{sentence}", "{sentence}\n\n{case_link}"),
    },
    "notices": {
        "en": ("{n} things wait for you", "{notices}\n\nHow you are told is up to you: {notices_link}"),
        "ko": ("확인하실 알림 {n}건", "{notices}\n\n알림을 받는 방법은 여기에서 바꿀 수 있습니다: {notices_link}"),
    },
}
# fmt: on
