from audit.registry import register

register("case.opened", en="opened the case", ko="건을 열었습니다")
register("case.alert_added", en="added an alert to the case", ko="건에 경보를 추가했습니다")
