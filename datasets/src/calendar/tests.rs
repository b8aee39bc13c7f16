use jiff::civil::date;

use super::*;

fn gx() -> Calendar {
    Calendar::shipped(CalendarRegion::GX).expect("shipped calendar")
}

#[test]
fn workdays_a_year_are_those_of_the_domain() {
    // Domain §4.2: Guangxi and national workdays 2014-2026.
    let guangxi = [248, 247, 248, 247, 246, 248, 249, 248, 247, 247, 249, 246, 246];
    let national = [250, 249, 250, 249, 250, 250, 249, 250, 249, 249, 251, 248, 248];
    for (region, expected) in [(CalendarRegion::GX, guangxi), (CalendarRegion::CN, national)] {
        let calendar = Calendar::shipped(region).expect("shipped");
        for (year, expected) in (2014..).zip(expected) {
            let counted = calendar.days().filter(|day| day.date.year() == year && day.is_workday).count();
            assert_eq!(counted, expected, "{} {year}", region.as_str());
        }
    }
}

#[test]
fn the_third_of_the_third_month_is_off_in_guangxi_alone() {
    let (guangxi, national) = (gx(), Calendar::shipped(CalendarRegion::CN).expect("shipped"));
    let day = date(2017, 4, 1);
    assert!(national.is_workday(day) && !guangxi.is_workday(day));
    assert_eq!((guangxi.kind(day), guangxi.name(day)), (DayKind::RegionalHoliday, Some("壮族三月三")));
    assert!(guangxi.is_workday(date(2017, 4, 8)));
}

#[test]
fn counting_skips_what_is_not_worked_and_says_when_it_guesses() {
    let calendar = gx();
    let answer = calendar.add_workdays(date(2017, 3, 27), 5).expect("counted");
    assert_eq!((answer.date, answer.provisional), (date(2017, 4, 7), false));
    assert_eq!(calendar.workdays_between(date(2017, 3, 27), date(2017, 4, 7)), (5, false));
    let beyond = calendar.add_workdays(date(2026, 12, 30), 5).expect("counted");
    assert!(beyond.provisional && beyond.date.year() == 2027);
    assert_eq!(calendar.add_workdays(date(2017, 4, 7), -5).expect("back").date, date(2017, 3, 27));
    assert!(matches!(calendar.add_workdays(Date::MAX, 1), Err(CalendarError::OutOfRange { .. })));
    assert!(calendar.add_workdays(date(2017, 1, 1), MAX_WORKDAYS + 1).is_err());
}

#[test]
fn a_calendar_made_from_its_own_rows_is_the_same() {
    let calendar = gx();
    let rows = calendar.days().map(|day| (day.date, day.is_workday, day.kind.as_str().to_owned(), day.name));
    let hours = [(date(2000, 1, 1), None, "08:00-12:00;15:00-18:00")];
    let years = years().expect("years").into_iter().filter(|row| row.region == "GX" && row.is_known);
    let years = years.map(|row| row.year);
    let again = Calendar::from_rows(CalendarRegion::GX, years, rows, hours, "x".into()).expect("rows");
    for day in calendar.days() {
        assert_eq!(again.day(day.date), day);
    }
    assert_eq!((again.known_years(), again.windows(date(2018, 3, 5)).len()), (calendar.known_years(), 2));
}

#[test]
fn which_years_are_known_is_said_by_the_years_and_not_by_rows() {
    let shipped = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/reference/calendar_guangxi.csv"));
    assert!(!shipped.expect("the overlay").contains("\n2020-"), "Guangxi has no row of its own in 2020");
    let calendar = gx();
    assert!(!calendar.is_provisional(date(2020, 3, 26)) && calendar.is_provisional(date(2027, 1, 4)));
    let years = years().expect("years");
    assert!(years.iter().any(|row| row.region == "GX" && row.year == 2027 && !row.is_known));
    // A year between others that is not known, and one that has a row and is not known either.
    let hours = [(date(2000, 1, 1), None, "08:00-12:00")];
    let holiday = (date(2019, 1, 1), false, "HOLIDAY".to_owned(), None);
    let calendar = Calendar::from_rows(CalendarRegion::GX, [2017, 2018, 2020], [holiday], hours, "x".into());
    let calendar = calendar.expect("calendar");
    assert!(calendar.is_provisional(date(2019, 1, 1)) && !calendar.is_workday(date(2019, 1, 1)));
    assert_eq!(calendar.workdays_between(date(2018, 12, 31), date(2020, 1, 3)), (263, true));
    assert_eq!(calendar.workdays_between(date(2020, 1, 1), date(2020, 1, 3)), (2, false));
    assert_eq!((calendar.known_years(), calendar.days().count()), ((2017, 2020), 365 + 365 + 366));
}

#[test]
fn office_hours_change_by_date() {
    let hours = [
        (date(2018, 7, 1), Some(date(2018, 10, 1)), "08:00-12:00"),
        (date(2017, 1, 1), None, "08:00-12:00;15:00-18:00"),
        (date(2019, 1, 1), Some(date(2019, 2, 1)), "09:00-17:00"),
    ];
    let calendar = Calendar::from_rows(CalendarRegion::GX, [], [], hours, "x".into()).expect("hours");
    let windows = |year, month, day| calendar.windows(date(year, month, day)).len();
    assert_eq!((windows(2018, 6, 29), windows(2018, 7, 2), windows(2018, 10, 1)), (2, 1, 2));
    assert_eq!((windows(2019, 1, 2), windows(2019, 2, 1), windows(2019, 2, 2)), (1, 2, 0));
    assert_eq!(windows(2016, 12, 30), 2, "before the first row, the first");
    let none = Calendar::from_rows(CalendarRegion::GX, [], [], [], "x".into());
    assert!(matches!(none, Err(CalendarError::NoOfficeHours("GX"))));
}

#[test]
fn office_windows_that_make_no_sense_are_refused() {
    for text in ["", "8-12", "12:00-08:00", "08:00-12:00;11:00-13:00", "08:00-25:00", "08:60-09:00"] {
        assert!(shipped::parse_windows(text, "office_hours.csv", 2).is_err(), "{text}");
    }
}
