//! The sample of a course provider: courses that are joined as a whole.
//!
//! Shape: `CourseInstance` with its Course embedded and every date a `subEvent`.

use chrono::TimeDelta;
use chrono::Weekday;
use serde_json::Value;
use serde_json::json;

use super::calendar;
use super::calendar::Calendar;
use super::concept;
use super::concept::Concept;
use super::concept::concepts;
use super::feed::Draft;
use super::opportunity;
use super::opportunity::Ages;
use super::opportunity::Price;
use super::venues;
use super::venues::Venue;

pub(super) const INSTANCES: &str = "/courses/course-instances";

/// Returns the items the feed starts with; one course was withdrawn.
pub(super) fn drafts(calendar: Calendar) -> Vec<Draft> {
    let live = PROGRAMME.iter().map(|course| course.draft(calendar));
    let gone = Draft { kind: KIND, id: "sailing-winter".to_owned(), data: None };
    live.chain([gone]).collect()
}

struct Course {
    slug: &'static str,
    name: &'static str,
    about: &'static str,
    activities: &'static [Concept],
    venue: &'static Venue,
    weekday: Weekday,
    begins_in_weeks: i64,
    lessons: i64,
    start: &'static str,
    minutes: i64,
    prices: &'static [Price],
    ages: Ages,
    level: &'static str,
}

impl Course {
    fn draft(&self, calendar: Calendar) -> Draft {
        let first = calendar.next(self.weekday, self.begins_in_weeks);
        let last = first + TimeDelta::weeks(self.lessons - 1);
        let sub_events: Vec<Value> = (0..self.lessons)
            .map(|week| {
                let begin = calendar::at(first + TimeDelta::weeks(week), self.start);
                json!({
                    "@type": "Event",
                    "@id": format!("{}/lessons/{}", self.uri(), week + 1),
                    "startDate": calendar::utc(begin),
                    "endDate": calendar::utc(begin + TimeDelta::minutes(self.minutes)),
                    "duration": calendar::duration(self.minutes),
                })
            })
            .collect();
        let page = format!("https://kingfisher.example.org/courses/{}", self.slug);
        let body = json!({
            "@type": KIND,
            "@id": self.uri(),
            "name": self.name,
            "url": page,
            "startDate": first,
            "endDate": last,
            "duration": format!("P{}D", (last - first).num_days() + 1),
            "instanceOfCourse": self.course(),
            "eventAttendanceMode": opportunity::OFFLINE,
            "ageRange": opportunity::age_range(self.ages),
            "genderRestriction": opportunity::NO_RESTRICTION,
            "isCoached": true,
            "organizer": organizer(),
            "location": self.venue.with_postal_address(),
            "offers": opportunity::offers(self.prices, Some(&page)),
            "subEvent": sub_events,
        });
        Draft { kind: KIND, id: self.slug.to_owned(), data: Some(opportunity::item(body)) }
    }

    fn course(&self) -> Value {
        json!({
            "@type": "Course",
            "@id": format!("https://kingfisher.example.org/api/courses/{}", self.slug),
            "name": self.name,
            "description": self.about,
            "activity": concepts(self.activities),
            "level": [self.level],
        })
    }

    fn uri(&self) -> String {
        format!("https://kingfisher.example.org/api/course-instances/{}", self.slug)
    }
}

fn organizer() -> Value {
    json!({
        "@type": "Organization",
        "@id": "https://kingfisher.example.org/api/organisation",
        "name": "Kingfisher Learning and Sport",
        "url": "https://kingfisher.example.org",
        "email": "hello@kingfisher.example.org",
        "telephone": "01632 960191",
    })
}

const KIND: &str = "CourseInstance";

const PROGRAMME: [Course; 4] = [
    Course {
        slug: "adult-swimming-1",
        name: "Learn to Swim for Adults, Part One",
        about: "Eight lessons from putting your face in the water to your first length. Groups of \
                six, in a pool you can stand up in.",
        activities: &[concept::SWIMMING_LESSONS],
        venue: &venues::EASTON,
        weekday: Weekday::Tue,
        begins_in_weeks: 1,
        lessons: 8,
        start: "20:00",
        minutes: 45,
        prices: &[("Full course", 5600), ("Concession", 3200)],
        ages: (Some(16), None),
        level: "Beginner",
    },
    Course {
        slug: "bouldering-first-moves",
        name: "Bouldering: First Moves",
        about: "Falling safely, reading a problem and trusting your feet. Shoes are included.",
        activities: &[concept::BOULDERING],
        venue: &venues::FROME,
        weekday: Weekday::Thu,
        begins_in_weeks: 2,
        lessons: 4,
        start: "18:30",
        minutes: 90,
        prices: &[("Full course", 4800)],
        ages: (Some(14), None),
        level: "Beginner",
    },
    Course {
        slug: "stronger-after-65",
        name: "Stronger After 65",
        about: "Twelve weeks of progressive strength training with an assessment at either end. \
                Transport can be arranged for people without a car.",
        activities: &[concept::STRENGTH_AND_CONDITIONING],
        venue: &venues::HILLTOP,
        weekday: Weekday::Mon,
        begins_in_weeks: 1,
        lessons: 12,
        start: "10:30",
        minutes: 60,
        prices: &[("Full course", 0)],
        ages: (Some(65), None),
        level: "Beginner",
    },
    Course {
        slug: "junior-tennis-stars",
        name: "Junior Tennis Stars",
        about: "Six Saturdays of rallies and games with soft balls on a small court.",
        activities: &[concept::TENNIS],
        venue: &venues::HENGROVE,
        weekday: Weekday::Sat,
        begins_in_weeks: 3,
        lessons: 6,
        start: "09:00",
        minutes: 60,
        prices: &[("Full course", 3600), ("Sibling", 2700)],
        ages: (Some(6), Some(10)),
        level: "Intermediate",
    },
];
