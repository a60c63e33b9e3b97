//! What people look for that is no term and no number: free, accessible, for women, online.

use serde::Deserialize;
use serde::Serialize;

use crate::mapping::SUITABLE_FOR_WHEELCHAIRS;
use crate::oruk::Accessibility;
use crate::oruk::LocationType;
use crate::oruk::Service;

/// A set of features, a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Features(u8);

impl Features {
    /// Every price is nought. Where no price is stated that is not known.
    pub const FREE: Self = Self(1);
    /// It says which disabled people it supports.
    pub const ACCESSIBLE: Self = Self(2);
    /// For women and girls only.
    pub const WOMEN_ONLY: Self = Self(4);
    /// It can be attended online.
    pub const ONLINE: Self = Self(8);

    /// Every feature.
    pub(super) const ALL: [Self; 4] =
        [Self::FREE, Self::ACCESSIBLE, Self::WOMEN_ONLY, Self::ONLINE];

    /// Returns the features of a service.
    pub(super) fn of(service: &Service) -> Self {
        let has_term =
            |link_type: &str| service.attributes.iter().any(|a| a.link_type == link_type);
        let is_female = service.attributes.iter().any(|attribute| {
            let uri = attribute.taxonomy_term.term_uri.as_deref();
            uri == Some("https://openactive.io/FemaleOnly")
        });
        let places = || service.service_at_locations.iter().map(|at| &at.location);
        let costs = &service.cost_options;
        let stated = [
            (Self::FREE, !costs.is_empty() && costs.iter().all(|cost| cost.amount <= 0.0)),
            (
                Self::ACCESSIBLE,
                has_term("accessibility")
                    || places().any(|place| place.accessibility.iter().any(supports_somebody)),
            ),
            (Self::WOMEN_ONLY, is_female),
            (
                Self::ONLINE,
                // Stated for no service that is in person alone.
                has_term("attendance_mode")
                    || places().any(|place| place.location_type == LocationType::Virtual),
            ),
        ];
        let held = stated.into_iter().filter(|(_, is_held)| *is_held);
        held.fold(Self::default(), |all, (feature, _)| all.with(feature))
    }

    /// Returns these features and others.
    #[must_use]
    pub fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Tells whether all of these others are among them.
    pub fn contains(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }
}

fn supports_somebody(row: &Accessibility) -> bool {
    let says = |text: &String| text.contains(SUITABLE_FOR_WHEELCHAIRS);
    !row.attributes.is_empty() || row.description.as_ref().is_some_and(says)
}
