//! The groups, and two private people, who run the sample community sessions.

use serde_json::Value;
use serde_json::json;

/// Who runs a session.
#[derive(Debug)]
pub(super) struct Organiser {
    id: u32,
    name: &'static str,
    about: Option<&'static str>,
    /// None for a private person.
    website: Option<&'static str>,
    email: &'static str,
    telephone: &'static str,
}

impl Organiser {
    pub(super) fn to_json(&self) -> Value {
        let kind = if self.website.is_some() { "Organization" } else { "Person" };
        json!({
            "@type": kind,
            "@id": format!("https://avonmeet.example.org/api/organisation/{}", self.id),
            "name": self.name,
            "description": self.about,
            "url": self.website,
            "email": self.email,
            "telephone": self.telephone,
        })
    }
}

pub(super) const SILVER_STEPS: Organiser = Organiser {
    id: 301,
    name: "Avon Silver Steps",
    about: Some("Volunteers who keep people over 50 moving, and stay for tea."),
    website: Some("https://silversteps.example.org"),
    email: "hello@silversteps.example.org",
    telephone: "01632 960101",
};
pub(super) const LOCK_WALKERS: Organiser = Organiser {
    id: 302,
    name: "Netham Lock Walkers",
    about: Some("A walking group along the Feeder and the Avon."),
    website: Some("https://lockwalkers.example.org"),
    email: "walks@lockwalkers.example.org",
    telephone: "01632 960102",
};
pub(super) const BRUNEL_RUNNERS: Organiser = Organiser {
    id: 303,
    name: "Brunel Mile Runners",
    about: Some("A friendly running club with a group for every pace."),
    website: Some("https://brunelmile.example.org"),
    email: "run@brunelmile.example.org",
    telephone: "01632 960103",
};
pub(super) const HILLTOP_CENTRE: Organiser = Organiser {
    id: 304,
    name: "Knowle Hilltop Neighbourhood Trust",
    about: Some("The charity behind the Hilltop Centre."),
    website: Some("https://knowlehilltop.example.org"),
    email: "reception@knowlehilltop.example.org",
    telephone: "01632 960104",
};
pub(super) const EASTSIDE_WOMEN: Organiser = Organiser {
    id: 305,
    name: "Eastside Women Moving",
    about: Some("Activity by and for women of every faith and none."),
    website: Some("https://eastsidewomen.example.org"),
    email: "salaam@eastsidewomen.example.org",
    telephone: "01632 960105",
};
pub(super) const HARBOUR_INCLUSIVE: Organiser = Organiser {
    id: 306,
    name: "Harbourside Inclusive Sport",
    about: Some("Sport for disabled people, their families and friends."),
    website: Some("https://harbourinclusive.example.org"),
    email: "play@harbourinclusive.example.org",
    telephone: "01632 960106",
};
pub(super) const WATERCRESS_COLLECTIVE: Organiser = Organiser {
    id: 307,
    name: "Watercress Movement Collective",
    about: Some("Teachers who share a studio and offer places on a sliding scale."),
    website: Some("https://watercressmoves.example.org"),
    email: "studio@watercressmoves.example.org",
    telephone: "01632 960107",
};
pub(super) const FROME_GROWERS: Organiser = Organiser {
    id: 308,
    name: "Frome Valley Growers",
    about: Some("A community allotment."),
    website: Some("https://fromegrowers.example.org"),
    email: "dig@fromegrowers.example.org",
    telephone: "01632 960108",
};
pub(super) const BARTON_TABLE_TENNIS: Organiser = Organiser {
    id: 309,
    name: "Barton Hill Table Tennis Club",
    about: Some("Open tables, spare bats and patient opponents."),
    website: Some("https://bartontt.example.org"),
    email: "club@bartontt.example.org",
    telephone: "01632 960109",
};
pub(super) const LOCKLEAZE_JUNIORS: Organiser = Organiser {
    id: 310,
    name: "Lockleaze Junior Sports",
    about: Some("Weekend and after-school sport for children."),
    website: Some("https://lockleazejuniors.example.org"),
    email: "parents@lockleazejuniors.example.org",
    telephone: "01632 960110",
};
pub(super) const WHEELS_FOR_ALL: Organiser = Organiser {
    id: 311,
    name: "Hengrove Adapted Cycling",
    about: Some("Trikes, hand cycles and side-by-sides on a traffic-free track."),
    website: Some("https://hengrovecycling.example.org"),
    email: "ride@hengrovecycling.example.org",
    telephone: "01632 960111",
};
pub(super) const HEARTWISE: Organiser = Organiser {
    id: 312,
    name: "Heartwise Bristol South",
    about: Some("Exercise after illness, with qualified instructors."),
    website: Some("https://heartwise.example.org"),
    email: "referrals@heartwise.example.org",
    telephone: "01632 960112",
};
pub(super) const MARIA_OKAFOR: Organiser = Organiser {
    id: 351,
    name: "Maria Okafor",
    about: None,
    website: None,
    email: "maria.okafor@mail.example.org",
    telephone: "07700 900151",
};
pub(super) const TOM_PASCOE: Organiser = Organiser {
    id: 352,
    name: "Tom Pascoe",
    about: None,
    website: None,
    email: "tom.pascoe@mail.example.org",
    telephone: "07700 900152",
};
