from audit.registry import register

register("access.refused", en="was refused", ko="거부되었습니다")
register("audit.exported", en="exported audit entries", ko="감사 기록을 내보냈습니다")
register("user.created", en="created a login", ko="로그인을 만들었습니다")
register("user.token_issued", en="issued a token for the interface", ko="API 토큰을 발급했습니다")
register("user.roles_changed", en="changed roles", ko="역할을 변경했습니다")
register("backup.made", en="made a backup", ko="백업을 만들었습니다")
register("backup.restored", en="put a backup back", ko="백업을 복원했습니다")
