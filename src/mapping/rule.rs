//! What gives each field its value, in words; for explanations.

/// What gives a field its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The entity and the field, as HSDS names them.
    pub field: &'static str,
    /// What gives the value.
    pub says: &'static str,
}

/// Returns the rule of a field by its path in a service, such as `schedules[0].opens_at`.
pub fn rule_of(path: &str) -> Option<&'static Rule> {
    let mut names = path.rsplit('.').map(|name| name.split('[').next().unwrap_or_default());
    let field = names.next()?;
    let entity = names.next().map_or("service", entity);
    let is_id = field == "id" || field.ends_with("_id");
    let name = format!("{entity}.{field}");
    let own = RULES.iter().find(|rule| rule.field == name);
    own.or_else(|| RULES.iter().find(|rule| is_id && rule.field == "id"))
}

/// Returns the address of an entity's table in the standard.
pub fn specification_of(rule: &Rule) -> String {
    let entity = rule.field.split('.').next().unwrap_or_default();
    let entity = if matches!(entity, "x_openactive" | "id") { "service" } else { entity };
    format!("https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#{entity}")
}

fn entity(container: &str) -> &str {
    match container {
        "addresses" => "address",
        "attributes" => "attribute",
        "contacts" => "contact",
        "cost_options" => "cost_option",
        "languages" => "language",
        "organization_identifiers" => "organization_identifier",
        "phones" => "phone",
        "schedules" => "schedule",
        "service_at_locations" => "service_at_location",
        other => other,
    }
}

macro_rules! rules {
    ($($field:literal => $says:literal,)+) => {
        const RULES: &[Rule] = &[$(Rule { field: $field, says: $says }),+];
    };
}

rules! {
    "id" => "derived from what it identifies, so that it is the same on every run",
    "service.name" => "the first name stated by the opportunity, then by what it is part of, then by all occurrences alike; else made of activity and place",
    "service.description" => "the publisher's text without markup, then a line for each fact that has no field",
    "service.url" => "the first page stated by the opportunity or what it is part of; else where its offers are sold",
    "service.email" => "the contact point's, else the organisation's, else the venue's",
    "service.status" => "from eventStatus, the occurrences to come and the end of the schedules; a series without any is inactive once all feeds of the publisher were read and some hold sessions",
    "service.fees" => "the prices of the offers in words, from the lowest to the highest",
    "service.fees_description" => "as fees",
    "service.accreditations" => "the addresses of the criteria that the organiser meets",
    "service.minimum_age" => "the enforced age, else the recommended one, in years",
    "service.maximum_age" => "the enforced age, else the recommended one, in years; 0, 99 and more stand for none",
    "service.assured_date" => "the publisher's option of this name",
    "service.assurer_email" => "the publisher's option of this name",
    "service.alert" => "what is cancelled, postponed or moved in the next 28 days",
    "service.last_modified" => "when the content of the service last changed",
    "service.application_process" => "whether booking in advance is needed, and where to book",
    "service.eligibility_description" => "ages, gender and other conditions in sentences",
    "program.name" => "the programme's, else the series of series' where it has a name of its own",
    "program.description" => "the programme's; else its name",
    "organization.name" => "the organiser's, else the provider's, else the place's operator's; else the publisher of the dataset stands in",
    "organization.description" => "the organisation's own; else a neutral sentence, since the standard asks for one",
    "organization.email" => "the organisation's; never that of a private person",
    "organization.website" => "the organisation's; never that of a private person",
    "organization.logo" => "the organisation's; never that of a private person",
    "organization.uri" => "the organisation's @id",
    "organization_identifier.identifier_scheme" => "GB-CHC or GB-COH, where the identifier says so",
    "organization_identifier.identifier_type" => "from the scheme",
    "organization_identifier.identifier" => "the number as published",
    "location.location_type" => "virtual for what is online, else physical",
    "location.name" => "the place's; else \"Venue\" or \"Online\"",
    "location.description" => "the place's; else an address that names no postcode",
    "location.url" => "the place's page; never a joining link",
    "location.latitude" => "the place's, else that of the place around it; swapped pairs are put right, others outside the United Kingdom dropped",
    "location.longitude" => "as latitude",
    "location.external_identifier" => "the UPRN, else the Active Places site, else the @id, else the local identifier",
    "location.external_identifier_type" => "from the identifier that was found",
    "address.address_1" => "the street; else the name of the place",
    "address.city" => "the locality, else the region",
    "address.region" => "the region",
    "address.state_province" => "the region, else the city: the standard asks for one",
    "address.postal_code" => "the postcode, else the one found in the text of the address, in its usual form",
    "address.country" => "the country's code, also by its name; GB where none is known",
    "address.address_type" => "always physical",
    "accessibility.description" => "the support that is offered, or what the venue has",
    "accessibility.accessibility" => "as description",
    "accessibility.details" => "the publisher's words on accessibility",
    "schedule.freq" => "from repeatFrequency or byDay; else worked out from the dates of occurrences",
    "schedule.interval" => "from repeatFrequency; else worked out from the dates of occurrences",
    "schedule.byday" => "from byDay; else worked out from the dates of occurrences",
    "schedule.bymonthday" => "from byMonthDay",
    "schedule.opens_at" => "the start on the clock on the wall in the United Kingdom",
    "schedule.closes_at" => "the end, else the start and the duration, on the clock on the wall",
    "schedule.dtstart" => "the first date, where it decides on which weeks or days it is",
    "schedule.valid_from" => "the first date",
    "schedule.valid_to" => "the last date",
    "schedule.until" => "the last date",
    "schedule.count" => "the number of dates",
    "schedule.description" => "the rule in words",
    "schedule.schedule_link" => "where the offers are sold, else the page of the service",
    "schedule.attending_type" => "in person, online or both",
    "schedule.notes" => "dates that are left out, and what was worked out or may change",
    "cost_option.amount" => "the price; 0 for what is free",
    "cost_option.amount_description" => "the price in words, with what it is for",
    "cost_option.option" => "the offer's name, ages, description and conditions",
    "cost_option.currency" => "the offer's; pounds where it says none",
    "contact.name" => "the contact point's where it is a team's, else the organisation's; the venue's for its own",
    "contact.title" => "the contact point's type",
    "contact.email" => "the contact point's, else the organisation's",
    "phone.number" => "as published",
    "phone.description" => "whose number it is",
    "language.code" => "inLanguage, also by its name",
    "language.name" => "inLanguage as published, where no code is known for it",
    "attribute.link_type" => "the property that named the term; service_type for a crosswalk",
    "attribute.link_entity" => "the entity that has the attribute",
    "taxonomy_term.id" => "the UUID in the concept's URI, else derived from the URI or label",
    "taxonomy_term.name" => "the vocabulary's label, found by URI, else by label; else the published label",
    "taxonomy_term.description" => "the vocabulary's definition, else the label",
    "taxonomy_term.parent_id" => "the first wider concept in the vocabulary",
    "taxonomy_term.taxonomy" => "the list that the term is in",
    "taxonomy_term.term_uri" => "the concept's URI",
    "taxonomy_term.term" => "as name",
    "x_openactive.type" => "the type of the opportunity",
    "x_openactive.id" => "its @id, else its identifier, else the id of its item",
    "x_openactive.dataset" => "the publisher's dataset site, else the feed",
    "x_openactive.publisher" => "the publisher's name in the configuration",
    "x_openactive.license" => "the configured licence, else the one the feed names",
    "x_openactive.image" => "the first image of the opportunity or what it is part of",
    "x_openactive.except_dates" => "the dates that are left out, where the option of this name asks for them",
    "x_openactive.organization_source" => "said where the publisher of the dataset stands in for an organiser",
}
