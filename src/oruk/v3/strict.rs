//! The strict form: fields of the HSDS-UK profile only.

use crate::oruk::Attribute;
use crate::oruk::Service;

/// Removes every field that the UK profile does not have. Facts that live only in such fields are told
/// in the description as well, so a reader of the strict form loses nothing important.
#[must_use]
pub fn strict(mut service: Service) -> Service {
    service.program_id = None;
    service.program = None;
    service.application_process = None;
    service.fees_description = None;
    service.eligibility_description = None;
    for schedule in &mut service.schedules {
        schedule.until = None;
        schedule.count = None;
        schedule.x_openactive = None;
    }
    for place in &mut service.service_at_locations {
        place.location.url = None;
        strip_links(&mut place.location.attributes);
        for row in &mut place.location.accessibility {
            strip_links(&mut row.attributes);
        }
    }
    for option in &mut service.cost_options {
        option.currency = None;
    }
    for contact in &mut service.contacts {
        contact.email = None;
        contact.phones.clear();
    }
    for language in &mut service.languages {
        language.code = None;
        language.name = None;
    }
    strip_links(&mut service.attributes);
    service.x_openactive = None;
    service
}

fn strip_links(attributes: &mut [Attribute]) {
    for attribute in attributes {
        attribute.link_entity = None;
    }
}
