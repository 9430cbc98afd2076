"""Sentences for everything the importer refuses or notes, in English and Korean; each says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from fraud.claims.importing.field_labels import field_label
from fraud.claims.importing.parsing.formats import readable
from rules.language.korean import with_particles

#: code → (English, Korean). Whole files:
# fmt: off
_FILES: dict[str, tuple[str, str]] = {
    "empty_file": ("The file is empty. Send a file with a header and rows.", "파일이 비어 있습니다. 머리글과 행이 있는 파일을 보내 주세요."),
    "header_missing": ("No header row was found in the first {lines} rows. The first row must name the columns.", "처음 {lines}행에서 머리글을 찾지 못했습니다. 첫 행에 열 이름이 있어야 합니다."),
    "columns_missing": ("These columns are missing: {columns}. Add them, or map them in the import profile.", "다음 열이 없습니다: {columns}. 열을 추가하거나 가져오기 설정에서 연결해 주세요."),
    "feed_columns_missing": ("These columns are missing: {columns}. Name them so in the header row.", "다음 열이 없습니다: {columns}. 머리글에 이 이름으로 적어 주세요."),
    "feed_tells_nothing": ("The file has none of the columns that say something: {columns}. Check what the file tells, or name the columns so.", "내용을 알려 주는 열이 하나도 없습니다: {columns}. 파일 종류를 확인하거나 머리글에 이 이름으로 적어 주세요."),
    "feed_of_other_kind": ("This looks like another list ({feed}: {columns}). Choose that one as what the file tells.", "다른 종류의 목록으로 보입니다({feed}: {columns}). 파일 종류를 다시 선택해 주세요."),
    "headers_alike": ("The columns {columns} are one name: capitals, spaces and signs do not count. Rename or remove all but one.", "열 이름 {columns}은(는) 같은 이름입니다. 대소문자, 공백, 기호는 구분하지 않습니다. 하나만 남기고 이름을 바꾸거나 삭제해 주세요."),
    "header_duplicated": ("The column “{column}” appears {n} times. Each column name may appear once.", "열 “{column}”이(가) {n}번 나옵니다. 열 이름은 한 번만 써야 합니다."),
    "encoding_mixed": ("The text is not in one encoding: byte {offset} (line {line}) does not fit {encodings}. Save the file again as UTF-8.", "문자 인코딩이 섞여 있습니다: {line}행 {offset}바이트가 {encodings}에 맞지 않습니다. UTF-8로 다시 저장해 주세요."),
    "encoding_unmarked": ("The file looks like UTF-16 without a byte order mark. Save it as UTF-8 or CP949.", "BOM 없는 UTF-16 파일로 보입니다. UTF-8 또는 CP949로 저장해 주세요."),
    "quote_not_closed": ("A quotation mark opened on line {line} is never closed. Close it, or double quotation marks inside text.", "{line}행에서 열린 따옴표가 닫히지 않았습니다. 따옴표를 닫거나 글 안의 따옴표는 두 번 써 주세요."),
    "quote_misplaced": ("Line {line} has text after a closing quotation mark. Double quotation marks inside quoted text.", "{line}행의 닫는 따옴표 뒤에 글자가 있습니다. 따옴표 안의 따옴표는 두 번 써 주세요."),
    "record_too_long": ("The row that starts on line {line} is longer than {limit} bytes. Check its quotation marks and line breaks.", "{line}행에서 시작하는 행이 {limit}바이트를 넘습니다. 따옴표와 줄바꿈을 확인해 주세요."),
    "file_too_large": ("The file holds more than {limit} bytes of data. Split it.", "파일의 내용이 {limit}바이트를 넘습니다. 나누어 보내 주세요."),
    "too_many_rows": ("The file has more than {limit} rows. Split it.", "행이 {limit}개를 넘습니다. 나누어 보내 주세요."),
    "too_many_columns": ("The file has more than {limit} columns. Remove the empty ones.", "열이 {limit}개를 넘습니다. 빈 열을 지워 주세요."),
    "kind_old_excel": ("This is an old or a password-protected Excel file. Remove the password and save it as .xlsx.", "이전 형식이거나 암호가 걸린 엑셀 파일입니다. 암호를 풀고 .xlsx로 저장해 주세요."),
    "kind_macro_excel": ("Excel files with macros (.xlsm) are not taken. Save the sheet as .xlsx.", "매크로가 있는 엑셀 파일(.xlsm)은 받지 않습니다. .xlsx로 저장해 주세요."),
    "kind_binary_excel": ("Binary Excel files (.xlsb) are not taken. Save the sheet as .xlsx.", "바이너리 엑셀 파일(.xlsb)은 받지 않습니다. .xlsx로 저장해 주세요."),
    "kind_html": ("This is a web page, whatever its name says. Open it in Excel and save it as .xlsx or CSV.", "이름과 달리 웹 페이지(HTML) 파일입니다. 엑셀에서 열어 .xlsx나 CSV로 저장해 주세요."),
    "kind_picture": ("This is a picture. A receipt belongs to its claim as evidence; claims come as CSV, XLSX or Parquet.", "이미지 파일입니다. 영수증은 해당 건의 증빙으로 첨부하고, 청구는 CSV, XLSX, Parquet으로 보내 주세요."),
    "kind_document": ("This is a document (PDF, Word or the like), not a table. Ask for the same list as CSV or XLSX.", "표가 아니라 문서(PDF, Word 등)입니다. 같은 목록을 CSV나 XLSX로 받아 보내 주세요."),
    "kind_json": ("This is JSON. Files are CSV, XLSX or Parquet; a program sends JSON rows through the interface (/api/v1/claims/).", "JSON 파일입니다. 파일은 CSV, XLSX, Parquet으로 보내고, 프로그램은 인터페이스(/api/v1/claims/)로 JSON 행을 보냅니다."),
    "kind_xml": ("This is XML ({root}). Files are CSV, XLSX or Parquet; choose the profile cdf3 for Mastercard's CDF.", "XML 파일입니다({root}). CSV, XLSX, Parquet으로 보내 주세요. Mastercard CDF는 cdf3 가져오기 설정을 선택합니다."),
    "kind_statement": ("This is a bank statement ({format}). Statements are booked to recoveries, not imported as claims.", "은행 거래내역입니다({format}). 거래내역은 청구로 가져오지 않고 환수금과 대조합니다."),
    "kind_unknown": ("This kind of file is not taken. Send CSV, TSV, XLSX or Parquet.", "받을 수 없는 형식입니다. CSV, TSV, XLSX, Parquet 파일을 보내 주세요."),
    "file_damaged": ("The file is damaged or was cut off. Send it again.", "파일이 손상되었거나 잘렸습니다. 다시 보내 주세요."),
    "archive_entries": ("The workbook has {n} parts; at most {limit} are taken. Save it again from Excel.", "통합 문서의 구성 요소가 {n}개입니다. 최대 {limit}개까지 받습니다. 엑셀에서 다시 저장해 주세요."),
    "archive_ratio": ("The workbook unpacks to {ratio} times its size; at most {limit} times is taken. Send CSV instead.", "통합 문서가 크기의 {ratio}배로 풀립니다. 최대 {limit}배까지 받습니다. CSV로 보내 주세요."),
    "archive_names": ("The workbook contains a part with a forbidden name or link. Save it again from Excel.", "통합 문서에 허용되지 않는 이름이나 링크가 있습니다. 엑셀에서 다시 저장해 주세요."),
    "archive_size_lies": ("The workbook is larger inside than it says. Save it again from Excel.", "통합 문서의 실제 크기가 표시와 다릅니다. 엑셀에서 다시 저장해 주세요."),
    "workbook_entities": ("The workbook declares its own document type, which is not taken. Save it again from Excel.", "통합 문서에 문서 형식(DTD) 선언이 있어 받지 않습니다. 엑셀에서 다시 저장해 주세요."),
    "workbook_formula": ("Cell {cell} is a formula ({formula}, last value {value}). Paste the values, or allow formulas in the profile.", "{cell} 셀이 수식입니다({formula}, 마지막 값 {value}). 값으로 붙여 넣거나 설정에서 수식을 허용해 주세요."),
    "workbook_merged": ("The cells {cells} are merged. Unmerge them: one row is one claim.", "{cells} 셀이 병합되어 있습니다. 병합을 풀어 주세요. 한 행이 한 건입니다."),
    "workbook_sheet": ("There is no visible sheet “{sheet}”. The workbook has: {sheets}.", "보이는 시트 “{sheet}”이(가) 없습니다. 통합 문서의 시트: {sheets}."),
    "feed_empty": ("No card transaction in the format {format} was found. Choose the profile of what the file is.", "{format} 형식의 카드 거래를 찾지 못했습니다. 파일에 맞는 가져오기 설정을 선택해 주세요."),
    "card_number": ("A full card number was found ({place}; {n} in all). Files may carry only the last four digits. If the column holds other numbers, have it exempted on the profile's page. Nothing of the file was kept.", "카드 번호 전체가 있습니다({place}, 모두 {n}건). 뒤 네 자리만 보내야 합니다. 다른 번호가 든 열이면 설정 화면에서 검사 제외를 상신해 주세요. 파일 내용은 저장하지 않았습니다."),
    "card_column_full": ("The column “{column}” is mapped to the card and holds {n} full card numbers. Map a column with masked numbers or the last four digits to the card, or leave the card unmapped. Nothing of the file was kept.", "카드 항목에 연결된 열 “{column}”에 카드 번호 전체가 {n}건 있습니다. 가려진 번호나 뒤 네 자리가 든 열을 카드에 연결하거나, 카드 연결을 해제해 주세요. 파일 내용은 저장하지 않았습니다."),
    "card_column_instead": ("The column “{column}” is mapped to the card and holds {n} full card numbers. Map this column to the card instead: {columns}. Nothing of the file was kept.", "카드 항목에 연결된 열 “{column}”에 카드 번호 전체가 {n}건 있습니다. 대신 다음 열을 카드에 연결해 주세요: {columns}. 파일 내용은 저장하지 않았습니다."),
    "resident_number": ("A resident registration number was found ({place}; {n} in all). Remove it. If the column holds other numbers, have it exempted on the profile's page. Nothing of the file was kept.", "주민등록번호가 있습니다({place}, 모두 {n}건). 삭제해 주세요. 다른 번호가 든 열이면 설정 화면에서 검사 제외를 상신해 주세요. 파일 내용은 저장하지 않았습니다."),
    "file_name_pattern": ("The file name must tell what its rows belong to (pattern {pattern}).", "파일 이름에 행이 속한 단위가 나타나야 합니다(형식 {pattern})."),
    "reader_stopped": ("Reading took more than {seconds} seconds or {megabytes} MB and was stopped. Split the file or send CSV.", "읽기가 {seconds}초 또는 {megabytes}MB를 넘어 중단했습니다. 나누거나 CSV로 보내 주세요."),
    "reader_failed": ("Reading the file stopped with an error of the program ({error}). Nothing of it was kept. Please tell the system administrator.", "프로그램 오류로 파일을 읽지 못했습니다({error}). 저장된 내용은 없습니다. 시스템 관리자에게 알려 주세요."),
    "profile_not_valid": ("The import profile has errors: {problems}.", "가져오기 설정에 오류가 있습니다: {problems}."),
    "import_cancelled": ("Cancelled by {who}. Send the file again, or go on with it here, to take the rest; nothing is taken twice.", "{who} 님이 취소했습니다. 파일을 다시 보내거나 여기서 이어서 진행하면 나머지를 반영하며, 중복되지 않습니다."),
    "import_failed": ("The import stopped with an error ({error}). It can be started again; nothing is taken twice.", "가져오기가 오류로 멈췄습니다({error}). 다시 시작해도 중복 반영되지 않습니다."),
}
# fmt: on

#: Rows:
# fmt: off
_ROWS: dict[str, tuple[str, str]] = {
    "ragged_row": ("The row has {found} fields; the header has {expected}. Fill in what is missing, or put text that holds the separator in quotation marks.", "필드가 {found}개입니다. 머리글은 {expected}개입니다. 빠진 칸을 채우거나, 구분 기호가 든 글은 따옴표로 묶어 주세요."),
    "blank_row": ("The row is blank. Fill it in or delete it.", "빈 행입니다. 채우거나 지워 주세요."),
    "subtotal_row": ("A sub-total or heading row, not a claim. Nothing has to be done.", "청구가 아닌 소계 또는 제목 행입니다. 고칠 것은 없습니다."),
    "other_row": ("Not a payment with a card, such as a payment to the card company. Nothing has to be done.", "카드 결제가 아닌 행입니다(카드사에 낸 대금 등). 고칠 것은 없습니다."),
    "nul_byte": ("The row contains a NUL character. Export the file again.", "NUL 문자가 있습니다. 파일을 다시 내보내 주세요."),
    "lone_surrogate": ("The row contains half a character (a lone surrogate). Export the file again as UTF-8.", "깨진 문자(서로게이트)가 있습니다. UTF-8로 다시 내보내 주세요."),
    "value_type": ("A value is neither text nor a whole number. Write amounts with decimals as text.", "글자나 정수가 아닌 값이 있습니다. 소수가 있는 금액은 문자열로 보내 주세요."),
    "field_too_long": ("A field is longer than {limit} bytes. Shorten it, and check its quotation marks.", "필드가 {limit}바이트를 넘습니다. 줄이고, 따옴표가 맞는지 확인해 주세요."),
    "text_too_long": ("The text is longer than {limit} characters. Shorten it.", "{limit}자를 넘습니다. 줄여 주세요."),
    "value_missing": ("The value is missing. Fill it in: every claim needs this column.", "값이 없습니다. 모든 건에 필요한 열이니 채워 주세요."),
    "feed_value_missing": ("The value is missing. Fill it in: every row of this list needs it.", "값이 없습니다. 이 목록의 모든 행에 필요하니 채워 주세요."),
    "days_not_in_order": ("The last day lies before the first. Check both dates.", "종료일이 시작일보다 앞섭니다. 두 날짜를 확인해 주세요."),
    "leave_of_hours": ("Leave of some hours cannot be told from a whole day. Leave the row out, or write half a day as am or pm.", "시간 단위 휴가는 종일 휴가와 구별할 수 없습니다. 행을 빼거나 반차라면 오전·오후로 써 주세요."),
    "leave_kind_unknown": ("This is not a kind of leave that is known, and as one it could accuse somebody. Work elsewhere (재택, 출장, training) is none: leave such rows out. Known: {known}.", "알 수 없는 휴가 종류입니다. 휴가가 아닌 재택·출장·교육 등은 행을 빼 주세요. 쓸 수 있는 값: {known}"),
    "leave_not_granted": ("The kind says that the leave was cancelled, rejected or only asked for. Leave the row out, or write the kind alone and its state in a column such as 결재상태 (approval status).", "휴가 종류에 취소·반려·신청 같은 상태가 적혀 있습니다. 행을 빼거나, 종류만 적고 상태는 결재상태 열에 따로 적어 주세요."),
    "half_not_told": ("The row is half a day of leave and does not say which half. Write am or pm in a column such as 반차구분 (half), or a kind such as 오전반차.", "반일 휴가인데 오전인지 오후인지 없습니다. 반차구분 열에 오전·오후를 적거나 오전반차처럼 종류에 적어 주세요."),
    "half_of_days": ("Half a day is one day, but the row has several. Split it, one row for the half day and one for the whole days.", "반차는 하루인데 기간이 여러 날입니다. 반차와 종일 휴가를 행을 나누어 적어 주세요."),
    "state_unknown": ("This does not say whether the row was approved. Known: {known}.", "승인 여부를 알 수 없는 값입니다. 쓸 수 있는 값: {known}"),
    "relative_is_self": ("Nobody is their own relative. Correct one of the two employee numbers.", "본인을 본인의 관계인으로 등록할 수 없습니다. 두 사번 중 하나를 바로잡아 주세요."),
    "attendees_not_valid": ("The attendees cannot be read. Write one after another with a semicolon, such as E1001; Kim Minsu (Company A); E1002.", "참석자를 읽을 수 없습니다. E1001; 홍길동(A사); E1002처럼 세미콜론으로 나누어 써 주세요."),
    "attendees_not_counted": ("More attendees are listed than the number of attendees says. Correct the number or the list.", "참석자 명단이 참석 인원보다 많습니다. 인원이나 명단을 바로잡아 주세요."),
    "id_scientific": ("The identifier was turned into a number (such as 1.23E+15). Format the column as text before saving.", "식별자가 숫자(예: 1.23E+15)로 바뀌었습니다. 열을 텍스트 형식으로 저장해 주세요."),
    "supersedes_ring": ("Rows of this file supersede each other in a ring, so that none of them is the last. Name in each only the row it replaces.", "파일 안의 행들이 서로를 돌아가며 대체하여 마지막 행을 알 수 없습니다. 각 행에 그 행이 대체하는 청구만 적어 주세요."),
    "supersedes_conflict": ("Two or more rows of this file supersede the same claim. Deliver one of them.", "파일 안의 둘 이상의 행이 같은 청구를 대체합니다. 한 행만 보내 주세요."),
    "supersedes_late": ("The row supersedes {old}, which is a claim of its own, and a later correction of this row is known as another. Deliver {old} as cancelled.", "이 행은 {old}을(를) 대체하지만 {old}은(는) 별도의 청구이고, 이 행의 나중 정정은 이미 다른 청구로 알려져 있습니다. {old}을(를) 취소로 보내 주세요."),
    "version_missing": ("This claim is known in version {version}; the row says something else without naming its version. Fill in the version.", "이 청구는 버전 {version}(으)로 알려져 있는데 행의 내용이 다르고 버전이 없습니다. 버전을 채워 주세요."),
    "version_conflict": ("Version {version} of this claim was delivered before with other content. Give a correction a higher version.", "이 청구의 버전 {version}은(는) 이미 다른 내용으로 전달되었습니다. 정정에는 더 높은 버전을 매겨 주세요."),
    "changed_since": ("Known, but a later delivery says something else, and that holds. Send `again` to say this anew.", "이미 받은 내용이며, 이후의 파일이 다르게 알려 그 내용이 적용되어 있습니다. 이 내용을 다시 적용하려면 `again`을 보내 주세요."),
    "id_conflict": ("The same identifier appears in this file with different content; none of these rows was taken. Keep the right row, or give each its own identifier.", "같은 식별자가 다른 내용으로 여러 번 나와 모두 받지 않았습니다. 맞는 행만 남기거나 식별자를 서로 다르게 해 주세요."),
    "amount_not_valid": ("Not an amount. Write digits such as 1234 or 1,234.50.", "금액이 아닙니다. 1234 또는 1,234.50처럼 써 주세요."),
    "amount_ambiguous": ("The amount can be read in two ways. Write it as 1,234.50 or change the profile's decimal sign.", "금액을 두 가지로 읽을 수 있습니다. 1,234.50처럼 쓰거나 설정의 소수점 기호를 바꿔 주세요."),
    "amount_scientific": ("The amount is in scientific notation. Format the column as a plain number.", "금액이 지수 표기입니다. 일반 숫자 형식으로 저장해 주세요."),
    "amount_scale": ("{currency} has {digits} decimals; this amount has more. Round it, or correct the currency.", "{currency}의 소수는 {digits}자리인데 더 많습니다. 금액을 맞추거나 통화를 고쳐 주세요."),
    "amount_too_large": ("The amount has more than 13 digits before the decimal sign. Check the amount and its currency.", "금액이 13자리를 넘습니다. 금액과 통화를 확인해 주세요."),
    "amount_negative_zero": ("Minus zero is not an amount. Write 0, or the amount that was taken back.", "마이너스 0은 금액이 아닙니다. 0 또는 취소한 금액을 써 주세요."),
    "amount_currency_mark": ("The sign {mark} does not fit the currency {currency}. Remove the sign or correct the currency.", "기호 {mark}이(가) 통화 {currency}에 맞지 않습니다. 기호를 지우거나 통화를 고쳐 주세요."),
    "currency_unknown": ("Unknown currency. Write an ISO code such as KRW.", "알 수 없는 통화입니다. KRW 같은 ISO 코드를 써 주세요."),
    "currency_open": ("The sign {sign} can mean several currencies ({codes}). Write the code.", "기호 {sign}은(는) 여러 통화({codes})를 뜻할 수 있습니다. 통화 코드를 써 주세요."),
    "cell_error": ("The cell holds the error {error} of a spreadsheet instead of a value. Correct its formula and export the file again.", "값 대신 스프레드시트 오류 {error}이(가) 들어 있습니다. 수식을 고쳐 다시 내보내 주세요."),
    "date_not_valid": ("There is no such date. Write it as {format}.", "없는 날짜이거나 형식이 다릅니다. {format} 형식으로 써 주세요."),
    "half_not_valid": ("This is not half a day of leave. Write am or pm, or leave it empty for whole days.", "반차를 뜻하는 값이 아닙니다. 오전(am) 또는 오후(pm)로 쓰거나, 종일이면 비워 두세요."),
    "date_mixed": ("The date is in another form than the rest of the column. Write it as {format}.", "열의 다른 날짜와 형식이 다릅니다. {format} 형식으로 써 주세요."),
    "date_ambiguous": ("Day and month can be read either way. Write 2025-07-08, or fix the order in the profile.", "월과 일의 순서를 알 수 없습니다. 2025-07-08처럼 쓰거나 설정에서 순서를 정해 주세요."),
    "date_serial": ("Excel cannot tell the days before 1 March 1900 apart. Write the date as text.", "엑셀은 1900년 3월 1일 이전 날짜를 구별하지 못합니다. 날짜를 텍스트로 써 주세요."),
    "date_future": ("The date lies in the future. Correct it, or send the row when the day has come.", "미래의 날짜입니다. 고치거나 그날이 지난 뒤 보내 주세요."),
    "date_too_old": ("The date is more than {years} years ago. Correct it, or import old claims as history.", "{years}년이 넘은 날짜입니다. 고치거나 이력으로 가져와 주세요."),
    "time_skipped": ("This local time does not exist (the clocks went forward). Correct it, or write its offset such as +01:00.", "시간대 전환으로 존재하지 않는 시각입니다. 고치거나 +01:00처럼 시차를 함께 써 주세요."),
    "settled_before_used": ("The settlement lies before the transaction. Check both dates.", "매입일이 사용일보다 앞섭니다. 두 날짜를 확인해 주세요."),
    "number_not_valid": ("Not a whole number. Write digits such as 3.", "정수가 아닙니다. 3처럼 숫자로 써 주세요."),
    "yes_no_not_valid": ("Neither yes nor no. Write Y or N.", "예/아니오 값이 아닙니다. Y 또는 N으로 써 주세요."),
    "choice_unknown": ("Unknown value. Known values: {known}.", "알 수 없는 값입니다. 가능한 값: {known}."),
    "resident_number_in_row": ("The text looks like a resident registration number; the row was not kept. Remove the number and send the row again.", "주민등록번호로 보이는 값이 있어 행을 저장하지 않았습니다. 번호를 지우고 다시 보내 주세요."),
    "card_number_in_row": ("A full card number was found; the row was not kept. Send the last four digits only.", "카드 번호 전체가 있어 행을 저장하지 않았습니다. 뒤 네 자리만 보내 주세요."),
    "cancel_amount_missing": ("A partial cancellation needs the amount that was cancelled. Fill it in.", "부분취소에는 취소 금액이 필요합니다. 취소 금액을 써 주세요."),
    "time_not_valid": ("There is no such time. Write it as 09:30, 09:30:00 or 093000.", "없는 시각이거나 형식이 다릅니다. 09:30, 09:30:00 또는 093000처럼 써 주세요."),
    "outcome_claim_unknown": ("There is no claim “{claim}” that you may deliver an outcome of. Check its number and source system; nobody delivers outcomes of claims they are involved in.", "결과를 등록할 수 있는 청구 “{claim}”이(가) 없습니다. 번호와 원천 시스템을 확인해 주세요. 본인이 관련된 청구의 결과는 등록할 수 없습니다."),
    "outcome_claim_ambiguous": ("Several source systems have a claim of this number: {known}. Name the one that is meant.", "이 번호의 청구가 여러 원천 시스템에 있습니다: {known}. 해당하는 시스템을 써 주세요."),
    "outcome_no_payment": ("This claim is money that came back, not a payment. Name the payment.", "결제가 아니라 환급된 건입니다. 결제 건의 번호를 써 주세요."),
    "outcome_before_claim": ("It was decided before the payment was made. Check the date and the claim.", "결제일보다 앞선 판정일입니다. 날짜와 청구를 확인해 주세요."),
    "outcome_contradicts": ("The rows {lines} say different things of one finding at the same time; none was taken. Keep the right one.", "{lines}행이 같은 시점의 같은 지적을 서로 다르게 말하여 모두 받지 않았습니다. 맞는 행만 남겨 주세요."),
    "outcome_nothing_withdrawn": ("Nothing was delivered of this finding that could be withdrawn. Check the claim, the source and the reference.", "철회할 수 있는 등록 내용이 없습니다. 청구, 출처, 문서 번호를 확인해 주세요."),
    "time_ambiguous": ("The time can be read in two ways. Write it as 09:30 or 093000, with all zeros.", "시각을 두 가지로 읽을 수 있습니다. 0을 빼지 말고 09:30 또는 093000처럼 써 주세요."),
}
# fmt: on

#: What was normalised or noticed:
# fmt: off
_NOTES: dict[str, tuple[str, str]] = {
    "bom_removed": ("A byte order mark was removed.", "BOM을 제거했습니다."),
    "decoded": ("The text was decoded from {encoding}.", "{encoding} 문자 인코딩을 변환했습니다."),
    "columns_ignored": ("Columns that are not used: {columns}.", "사용하지 않은 열: {columns}."),
    "fields_absent": ("Fields the file does not deliver: {fields}.", "파일에 없는 항목: {fields}."),
    "header_close": ("The header “{header}” was read as “{alias}”.", "머리글 “{header}”을(를) “{alias}”(으)로 읽었습니다."),
    "lines_ignored": ("{n} blank [line|lines] at the end [was|were] ignored.", "끝의 빈 줄 {n}개를 무시했습니다."),
    "delimiter_read": ("The columns are separated by “{separator}”.", "열 구분 기호를 “{separator}”(으)로 읽었습니다."),
    "lines_skipped": ("{n} [line|lines] before the header [was|were] skipped.", "머리글 앞 {n}줄을 건너뛰었습니다."),
    "quotes_in_text": ("Quotation marks inside unquoted text were kept as they are.", "따옴표로 묶이지 않은 글 안의 따옴표를 그대로 두었습니다."),
    "full_width": ("{n} [value|values] in “{column}” had full-width characters.", "“{column}” 값 {n}개의 전각 문자를 변환했습니다."),
    "controls_removed": ("{n} [value|values] in “{column}” had control or direction characters removed.", "“{column}” 값 {n}개에서 제어·방향 문자를 제거했습니다."),
    "composed": ("{n} [value|values] in “{column}” [was|were] composed (NFC).", "“{column}” 값 {n}개의 자모를 합쳤습니다(NFC)."),
    "spaces_removed": ("{n} [identifier|identifiers] in “{column}” had spaces or zero-width characters removed.", "“{column}” 식별자 {n}개에서 공백·폭 없는 문자를 제거했습니다."),
    "currency_alias": ("{n} [currency was|currencies were] read from another spelling.", "통화 표기 {n}개를 변환했습니다."),
    "amount_left_empty": ("{n} [amount|amounts] in “{column}” [has|have] more decimals than the currency and [was|were] left empty.", "“{column}” 금액 {n}개는 통화의 소수 자릿수를 넘어 비웠습니다."),
    "amount_sign_left_empty": ("{n} [amount|amounts] in “{column}” [shows|show] the sign of another currency than the row's and [was|were] left empty.", "“{column}” 금액 {n}개는 행의 통화와 다른 통화 기호가 있어 비웠습니다."),
    "currency_left_empty": ("{n} [value|values] in “{column}” [is no currency that is known and was|are no currencies that are known and were] left empty, with the amount beside it.", "“{column}” 값 {n}개는 알 수 없는 통화라서 옆의 금액과 함께 비웠습니다."),
    "cell_errors_left_empty": ("{n} [value|values] in “{column}” [was an error|were errors] of a spreadsheet (such as #N/A) and left empty.", "“{column}” 값 {n}개는 스프레드시트 오류(#N/A 등)라서 비웠습니다."),
    "amount_extreme": ("{n} [amount|amounts] in “{column}” [is|are] extreme.", "“{column}” 금액 {n}개가 매우 큽니다."),
    "zone_converted": ("{n} [time carried its own zone and was|times carried their own zone and were] converted.", "시간대가 표시된 시각 {n}개를 변환했습니다."),
    "date_serials": ("{n} [value in “{column}” was the number Excel counts days by, and was read as a date|values in “{column}” were the numbers Excel counts days by, and were read as dates].", "“{column}” 값 {n}개는 엑셀의 날짜 일련번호여서 날짜로 읽었습니다."),
    "date_old": ("{n} [date|dates] in “{column}” [is|are] more than {years} years ago.", "“{column}” 날짜 {n}개가 {years}년이 넘었습니다."),
    "settled_before_used": ("{n} [settlement lies before its|settlements lie before their] transaction.", "매입일이 사용일보다 앞선 행이 {n}개입니다."),
    "card_masked": ("{n} partly masked card [number was|numbers were] cut to the last four digits.", "일부만 가려진 카드 번호 {n}개를 뒤 네 자리로 줄였습니다."),
    "value_withheld": ("{n} [value in “{column}” looks like a card or resident number and was not kept; its row was|values in “{column}” look like card or resident numbers and were not kept; their rows were] (line {lines}).", "“{column}” 값 {n}개가 카드 번호나 주민등록번호로 보여 저장하지 않았고, 나머지는 반영했습니다({lines}행)."),
    "mcc_padded": ("{n} merchant category [code|codes] had leading zeros restored.", "업종 코드 {n}개의 앞자리 0을 복원했습니다."),
    "mcc_unreadable": ("{n} merchant category [code was|codes were] not four digits and left empty.", "네 자리가 아닌 업종 코드 {n}개를 비웠습니다."),
    "brn_unreadable": ("{n} business registration [number failed its check and was|numbers failed their check and were] left empty.", "검증에 실패한 사업자등록번호 {n}개를 비웠습니다."),
    "installments_unreadable": ("{n} [value in “{column}” was not a number|values in “{column}” were not numbers] and left empty.", "“{column}” 값 {n}개가 숫자가 아니어서 비웠습니다."),
    "adjustments_passed": ("{n} [adjustment|adjustments] by the issuer (fees, corrections) [was|were] passed over: [it is no card payment|they are no card payments].", "발급사의 조정 기록(수수료, 정정) {n}개는 카드 결제가 아니어서 건너뛰었습니다."),
    "lines_other": ("{n} [line|lines] of other kinds (headers, trailers, details) [was|were] passed over.", "다른 종류의 줄(머리, 꼬리, 상세) {n}개를 건너뛰었습니다."),
    "hidden_rows": ("{n} hidden [row|rows] of the sheet [was|were] read (row {lines}).", "숨겨진 행 {n}개도 읽었습니다({lines}행)."),
    "sheets_hidden": ("Hidden sheets were not read: {sheets}.", "숨겨진 시트는 읽지 않았습니다: {sheets}."),
    "cells_spread": ("{n} [cell is merged|cells are merged] over several rows: the value was read for each of them.", "여러 행에 병합된 셀 {n}개의 값을 각 행의 값으로 읽었습니다."),
    "rows_announced": ("The file speaks of {stated} rows, but {found} were read. Part of it may be missing; compare it with the original.", "파일에는 {stated}건이라고 적혀 있으나 {found}건을 읽었습니다. 일부가 빠졌을 수 있으니 원본과 비교해 주세요."),
    "sum_differs": ("The sum row on line {line} says {stated}, but the rows above it add up to {found} ({currency}). Rows may be missing; compare the file with the original.", "{line}행의 합계는 {stated}인데 위 행들의 합은 {found}입니다({currency}). 빠진 행이 있을 수 있으니 원본과 비교해 주세요."),
    "sheets_ignored": ("Other sheets were ignored: {sheets}.", "다른 시트는 무시했습니다: {sheets}."),
    "formulas_allowed": ("{n} formula [cell was taken with its|cells were taken with their] last value.", "수식 셀 {n}개의 마지막 값을 사용했습니다."),
    "long_numbers": ("Numbers in “{column}” look like card numbers only by chance; the column was taken.", "“{column}”의 긴 번호는 카드 번호가 아닌 것으로 판단했습니다."),
    "identifiers_older": ("{n} [row tells|rows tell] an earlier state of what this file tells further on; the last one holds.", "{n}행은 이 파일의 다른 행이 정정한 이전 내용입니다. 마지막 내용이 적용됩니다."),
    "identifiers_repeated": ("{n} [row repeats|rows repeat] an earlier row of this file.", "{n}행이 파일 안의 앞 행과 같습니다."),
    "cardholders_added": ("{n} unknown [employee was|employees were] added as unassigned.", "알 수 없는 사원 {n}명을 미배정으로 추가했습니다."),
    "merchants_added": ("{n} new [merchant was|merchants were] added.", "새 가맹점 {n}곳을 추가했습니다."),
    "cancellations_linked": ("{n} [cancellation was linked to its|cancellations were linked to their] original.", "취소 {n}건을 원거래와 연결했습니다."),
    "cancellations_found": ("{n} [cancellation delivered earlier was linked to its|cancellations delivered earlier were linked to their] original in this file.", "먼저 받은 취소 {n}건을 이 파일의 원거래와 연결했습니다."),
    "cancellations_lost": ("{n} [cancellation delivered earlier belongs to its|cancellations delivered earlier belong to their] original for certain no more; [it waits|they wait] for a person.", "먼저 받은 취소 {n}건은 원거래가 더 이상 확실하지 않아 연결이 풀렸습니다. 담당자가 확인해야 합니다."),
    "cancellations_open": ("{n} [cancellation waits for its|cancellations wait for their] original.", "취소 {n}건이 원거래를 기다립니다."),
    "label_unknown": ("{n} [outcome|outcomes] in “{column}” [is|are] none of the profile's words and [was|were] left open. Known: {known}.", "“{column}” 결과 {n}개는 설정에 없는 값이라 비워 두었습니다. 가능한 값: {known}."),
    "older_versions": ("{n} [row tells|rows tell] an older version of a claim than is known; the newer one stays.", "이미 더 새로운 버전이 있는 {n}행은 반영하지 않았습니다."),
    "employees_matched": ("{n} employee [number was|numbers were] read in the company's own form: {examples}.", "사원번호 {n}개를 회사 형식에 맞추어 읽었습니다: {examples}."),
    "labels_added": ("{n} known [outcome was added as a label|outcomes were added as labels].", "알려진 결과 {n}건을 라벨로 추가했습니다."),
}
# fmt: on

#: Profiles:
# fmt: off
_PROFILES: dict[str, tuple[str, str]] = {
    "unknown_key": ("Unknown setting “{key}”.", "알 수 없는 설정 “{key}”입니다."),
    "unknown_field": ("Unknown field “{field}”.", "알 수 없는 항목 “{field}”입니다."),
    "wrong_type": ("Expected {expected}.", "{expected} 형식이어야 합니다."),
    "encoding_not_known": ("Unknown encoding “{encoding}”.", "알 수 없는 인코딩 “{encoding}”입니다."),
    "zone_not_known": ("Unknown time zone “{zone}”.", "알 수 없는 시간대 “{zone}”입니다."),
    "format_not_known": ("Unknown date form “{format}”.", "알 수 없는 날짜 형식 “{format}”입니다."),
    "format_clash": ("“{format}” and “{other}” read the same text differently; keep one.", "“{format}”과 “{other}”은 같은 글을 다르게 읽습니다. 하나만 두세요."),
    "pattern_not_valid": ("The pattern “{pattern}” is not valid.", "패턴 “{pattern}”이(가) 올바르지 않습니다."),
    "no_source": ("The required field “{field}” has no column. Name its headers under columns.", "필수 항목 “{field}”에 연결된 열이 없습니다. columns에 머리글을 적어 주세요."),
    "exempted_alone": ("“{column}” can be taken out of the search for card and resident numbers only with a second person. Propose it on the profile's page.", "“{column}” 열을 카드·주민번호 검사에서 제외하려면 두 번째 사람의 승인이 필요합니다. 설정 화면에서 상신해 주세요."),
    "not_required": ("No claim can do without “{field}”. Add it to required.", "“{field}” 없이는 청구가 될 수 없습니다. required에 넣어 주세요."),
    "currency_missing": ("Give a currency column or a default currency.", "통화 열 또는 기본 통화가 필요합니다."),
    "too_many": ("At most {limit} entries.", "최대 {limit}개까지 가능합니다."),
}
# fmt: on

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "file": _FILES,
    "row": _ROWS,
    "note": _NOTES,
    "profile": _PROFILES,
}


#: For a number in the name of a file rather than inside it.
_IN_NAME = {
    "card_number": (
        "The file's name holds a full card number. Send the file again under another name. Nothing of the file was kept.",
        "파일 이름에 카드 번호 전체가 있습니다. 파일 이름을 바꾸어 다시 올려 주세요. 파일 내용은 저장하지 않았습니다.",
    ),
    "resident_number": (
        "The file's name holds a resident registration number. Send the file again under another name. Nothing of the file was kept.",
        "파일 이름에 주민등록번호가 있습니다. 파일 이름을 바꾸어 다시 올려 주세요. 파일 내용은 저장하지 않았습니다.",
    ),
}
#: `[row was|rows were]` in an English sentence: as `n` is one or not.
_ONE_OR_MANY = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]+)\]")


_HANGUL = re.compile("[가-힣]")


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


def sentence(area: str, code: str, params: Mapping[str, Any] | None, language: str) -> str:
    """The sentence of a code in `ko` or `en`. `area` is file, row, note or profile; an unknown code is shown as it is."""
    found = TEXTS[area].get(code)
    if found is None:
        return code
    korean = language == "ko"
    values = {
        k: f"{v:,}" if isinstance(v, int) and k in {"n", "limit"} else v for k, v in (params or {}).items()
    }
    if area == "row" and "format" in values:
        values["format"] = readable(values["format"])
    if "place" in values:
        if values["place"] == "name":
            found = _IN_NAME.get(code, found)
        values["place"] = _place(values["place"], korean=korean)
    if "fields" in values:
        values["fields"] = values["columns"] = _fields(values["fields"], language)
    if korean:
        return with_particles(found[1].format_map(_Known(values)))
    is_one = (params or {}).get("n") == 1
    text = _ONE_OR_MANY.sub(lambda found: found[1 if is_one else 2], found[0])
    return text.format_map(_Known(values))


def _fields(fields: Mapping[str, Sequence[str]] | str, language: str) -> str:
    """Fields by their labels, with headers each is known by, those in the reader's letters where there are any.

    `fields`: field → headers, or names with commas between them, as notes keep them.
    """
    known = dict.fromkeys(fields.split(", "), ()) if isinstance(fields, str) else fields
    told = []
    for name, headers in known.items():
        own = [one for one in headers if bool(_HANGUL.search(one)) == (language == "ko")] or headers
        told.append(field_label(name, language) + (f" ({' / '.join(own[:3])})" if own else ""))
    return ", ".join(told)


def _place(place: str, *, korean: bool) -> str:
    """Where a number was found: `name` for the file's name, `column, line`, `column, header`, else what holds no rows."""
    column, comma, line = place.rpartition(", ")
    if place == "name":
        return "파일 이름" if korean else "the file name"
    if not comma:
        return (
            "표 밖: 제목, 시트 이름, 문서 속성 등"
            if korean
            else "beside the rows: a title, a sheet's name, a property"
        )
    if line == "header":
        return f"열 이름 “{column}”" if korean else f"the name of column “{column}”"
    if not column:  # a row with more cells than columns, or a cell beside them
        return f"{line}행" if korean else f"line {line}"
    return f"“{column}” 열 {line}행" if korean else f"column “{column}”, line {line}"
