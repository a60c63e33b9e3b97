//! What an opportunity costs.
//!
//! Unknown is not free: without offers and without a statement that it is free, nothing is said.

use std::collections::HashSet;

use super::context::Context;
use super::eligibility::Ages;
use super::eligibility::Stated;
use super::text;
use crate::openactive::Kind;
use crate::openactive::Offer;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
use crate::oruk::CostOption;
use crate::oruk::Id;
use crate::quality::Code;

/// Prices and what is said of booking.
pub(super) struct Costs {
    pub(super) options: Vec<CostOption>,
    /// In words.
    pub(super) fees: Option<String>,
    /// Where to book.
    pub(super) link: Option<String>,
    /// Whether booking in advance is needed.
    pub(super) booking: Option<Booking>,
}

/// Whether booking in advance is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Booking {
    Required,
    Optional,
    Unavailable,
}

impl Booking {
    fn parse(text: &str) -> Option<Self> {
        let known = [
            ("Required", Self::Required),
            ("Optional", Self::Optional),
            ("Unavailable", Self::Unavailable),
        ];
        known.into_iter().find(|(word, _)| is_word(text, word)).map(|(_, booking)| booking)
    }
}

/// Maps the offers.
pub(super) fn costs(cx: &Context<'_>) -> Costs {
    let offers = offers(cx);
    let (mut options, needs_entitlement) = options(cx, &offers);
    let is_free = cx.first_of_all(|o| &o.is_accessible_for_free).is_some_and(|flag| flag.is_true());
    if options.is_empty() && is_free && offers.iter().all(|offer| offer.price.is_absent()) {
        options.push(free(cx));
    } else if is_free && options.iter().any(|option| option.amount > 0.0) {
        cx.find(Code::FreeContradicted, "isAccessibleForFree");
    }
    let stated =
        || offers.iter().map(|offer| Booking::parse(offer.open_booking_in_advance.as_str()));
    let booking = if stated().any(|b| b == Some(Booking::Required)) {
        Some(Booking::Required)
    } else if stated().any(|b| b == Some(Booking::Optional)) {
        Some(Booking::Optional)
    } else {
        let all_unavailable =
            !offers.is_empty() && stated().all(|b| b == Some(Booking::Unavailable));
        all_unavailable.then_some(Booking::Unavailable)
    };
    let links = offers.iter().map(|offer| cx.web_address(offer.url.as_str(), "offers.url"));
    let link = links.fold(None, Option::or);
    let fees = fees(cx, &options, &needs_entitlement);
    Costs { options, fees, link, booking }
}

/// Makes an option of each offer with a price; of those that are the same, of one. Also tells which of them are
/// only for those who are entitled.
fn options(cx: &Context<'_>, offers: &[&Offer]) -> (Vec<CostOption>, HashSet<Id>) {
    let priced = offers.iter().filter_map(|offer| Some((*offer, option(cx, offer)?)));
    let priced: Vec<(&Offer, CostOption)> = priced.collect();
    // An @id that several offers share names none of them.
    let is_shared = |option: &CostOption| {
        priced.iter().any(|(_, other)| other.id == option.id && other != option)
    };
    let shared: Vec<bool> = priced.iter().map(|(_, option)| is_shared(option)).collect();
    let mut options: Vec<CostOption> = Vec::with_capacity(priced.len());
    let mut entitled = HashSet::new();
    for ((offer, mut option), is_shared) in priced.into_iter().zip(shared) {
        if is_shared {
            let key = content_key(cx, offer, option.amount, stated_ages(offer).ages);
            option.id = Id::derive_under("cost_option", cx.service_id, &[&key]);
        }
        if !options.iter().any(|known| known.id == option.id) {
            if needs_entitlement(offer) {
                entitled.insert(option.id);
            }
            options.push(option);
        }
    }
    (options, entitled)
}

/// Tells whether an offer is for members, or others who are entitled, alone.
fn needs_entitlement(offer: &Offer) -> bool {
    let customers = &offer.eligible_customer_type;
    let mut customers = customers.0.get().into_iter().flat_map(str::lines).peekable();
    !offer.eligible_entitlement_type.is_absent()
        || offer.is_membership_required.is_true()
        || (customers.peek().is_some() && customers.all(|customer| is_word(customer, "Member")))
}

/// Returns the head's offers, else those of its courts, else the union of its occurrences'.
///
/// Offers do not come down from a series of series or from a course.
fn offers<'a>(cx: &'a Context<'_>) -> Vec<&'a Offer> {
    let head = cx.head();
    if !head.offers.is_absent() {
        return head.offers.iter().collect();
    }
    let courts = head.individual_facility_use.iter().chain(&cx.bundle.members);
    let mut all: Vec<&Offer> = Vec::new();
    for offer in courts.chain(cx.facts()).flat_map(|owner| owner.offers.iter()) {
        let same = |known: &&Offer| {
            known.name == offer.name
                && known.price == offer.price
                && known.age_restriction == offer.age_restriction
                && known.age_range == offer.age_range
        };
        if all.len() < MAX_OFFERS && !all.iter().any(same) {
            all.push(offer);
        }
    }
    all
}

const MAX_OFFERS: usize = 50;

fn option(cx: &Context<'_>, offer: &Offer) -> Option<CostOption> {
    let Some(Price { amount, currency: said }) = price(cx, offer) else {
        if !offer.price.is_absent() {
            cx.find(Code::PriceUnreadable, "offers.price");
        }
        return None;
    };
    let stated = currency_code(offer).or_else(|| said.map(str::to_owned));
    if amount > 0.0 && stated.is_none() {
        cx.find(Code::CurrencyAssumed, "offers.priceCurrency");
    }
    let currency = stated.unwrap_or_else(|| "GBP".to_owned());
    Some(CostOption {
        id: Id::derive_under("cost_option", cx.service_id, &[&offer_key(cx, offer, amount)]),
        service_id: cx.service_id,
        option: option_words(cx, offer),
        amount,
        amount_description: if amount == 0.0 {
            "Free".to_owned()
        } else if text::words(&offer.price.as_str().to_lowercase())
            .any(|word| BY_TIME.contains(&word))
        {
            format!("{} ({})", money(amount, &currency), cx.line(offer.price.as_str()))
        } else {
            format!("{} per {}", money(amount, &currency), unit(cx))
        },
        currency: Some(currency),
    })
}

fn offer_key(cx: &Context<'_>, offer: &Offer, amount: f64) -> String {
    if let Some(uri) = offer.id.get().and_then(|uri| cx.key_of_uri(uri)) {
        return uri;
    }
    let source = &cx.bundle.source.key;
    if let Some(local) = offer.id.get().map(str::to_owned).or_else(|| offer.identifier.local()) {
        return format!("{source}\nOffer\n{local}");
    }
    content_key(cx, offer, amount, plain_ages(offer))
}

/// Ids never change, so neither does this form: the service again, name, price, and ages or `None`.
fn content_key(cx: &Context<'_>, offer: &Offer, amount: f64, ages: Option<Ages>) -> String {
    let say = |years: Option<f64>| years.map_or_else(|| "None".to_owned(), |n| n.to_string());
    let (min, max) = (say(ages.and_then(Ages::min_years)), say(ages.and_then(Ages::max_years)));
    format!("{}\n{}\n{amount}\n{min}\n{max}", cx.service_id, text::line(offer.name.as_str()))
}

/// A price, and the currency where its sign says another one than pounds.
struct Price {
    amount: f64,
    currency: Option<&'static str>,
}

/// Reads a price: a number, or the only price in a text; `Free` is nought.
fn price(cx: &Context<'_>, offer: &Offer) -> Option<Price> {
    let price = offer.price.get()?;
    if let Ok(number) = price.parse::<f64>() {
        return Some(Price { amount: in_pence(number)?, currency: None });
    }
    if price.eq_ignore_ascii_case("free") {
        return Some(Price { amount: 0.0, currency: None });
    }
    let amount = in_pence(price_in(price)?)?;
    cx.find(Code::PriceInText, "offers.price");
    Some(Price { amount, currency: foreign_currency(price) })
}

/// Rounds to whole pence; nothing for what nobody asks for a class.
fn in_pence(number: f64) -> Option<f64> {
    (0.0..MAX_PRICE).contains(&number).then(|| (number * 100.0).round() / 100.0)
}

const MAX_PRICE: f64 = 1e6;

/// Finds the price in a text: the number beside the sign of a currency, else the only number. Several prices
/// are no price, since nobody knows whose each is.
fn price_in(text: &str) -> Option<f64> {
    let mut signs = text.match_indices(['£', '€', '$']);
    let sign = signs.next();
    if signs.next().is_some() {
        return None;
    }
    let (before, after) = match sign {
        Some((at, sign)) => (text.get(..at)?, text.get(at + sign.len()..)?),
        None => (text, ""),
    };
    let is_after = after.contains(|c: char| c.is_ascii_digit());
    let words = if is_after { after } else { before };
    let mut numbers = words
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ','))
        .map(|word| word.trim_matches(['.', ',']))
        .filter(|word| !word.is_empty());
    let number = numbers.next()?;
    let (front, rest) = words.split_once(number)?;
    let front = if is_after { before } else { front }.to_lowercase();
    let rest = rest.trim_start().to_lowercase();
    if goes_on(&rest) || is_for_several(&front, &rest) || (!is_after && numbers.next().is_some()) {
        return None;
    }
    if is_no_price(&front, &rest) || (sign.is_none() && is_count(&front, number, &rest)) {
        return None;
    }
    let is_word = |word: &str| {
        let after = rest.strip_prefix(word);
        after.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
    };
    let is_pence = sign.is_none() && (is_word("p") || is_word("pence"));
    let amount = in_figures(number)?;
    Some(if is_pence { amount / 100.0 } else { amount })
}

/// Tells whether the words beside an amount make it something else than the price: a gift, a part, a saving, or
/// what members alone pay.
fn is_no_price(front: &str, rest: &str) -> bool {
    let signs = [
        (". ", ";"),
        ("member &", "member and"),
        ("member +", "member and"),
        ("members &", "members and"),
        ("members +", "members and"),
    ];
    let plain = |words: &str| {
        signs.iter().fold(words.to_owned(), |words, (sign, word)| words.replace(sign, word))
    };
    let (front, behind) = (plain(front), plain(rest));
    let ends = [',', ';', '!', '\n'];
    let front = front.rsplit(ends).next().unwrap_or_default();
    let behind = behind.split(ends).next().unwrap_or_default();
    let front: Vec<&str> = text::words(front).filter(|word| !FILLERS.contains(word)).collect();
    let is_number = |word: &&str| word.contains(|c: char| c.is_ascii_digit());
    let behind: Vec<&str> = text::words(behind).take_while(|word| !is_number(word)).collect();
    // In brackets: `(discount for members)`.
    let is_aside = !rest.starts_with(char::is_alphanumeric)
        && matches!(behind[..], ["discount", "available" | "for" | "if" | "with", ..]);
    // `Free (normally £5)`
    front.contains(&"free")
        || (front.len().saturating_sub(2)..front.len()).any(|at| is_of_no_price(&front, at))
        || (0..behind.len().min(2))
            .any(|at| behind[at] != "save" && !is_aside && is_of_no_price(&behind, at))
}

/// Tells whether a word says that the amount beside it is no price: not in `off-peak`, `one-off`, `no deposit`,
/// `members of the public` or `including registration`.
fn is_of_no_price(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| words[before]);
    let behind = &words[at + 1..];
    let after = behind.first().copied().unwrap_or_default();
    match words[at] {
        "off" => !matches!(before, "drop" | "one") && !matches!(after, "peak" | "season"),
        "member" | "members" => {
            !matches!(before, "all" | "each" | "every" | "family" | "non" | "per")
                && !matches!(
                    behind,
                    ["and" | "free" | "or" | "public", ..] | ["of", "the", "public", ..]
                )
        }
        "was" => !matches!(after, "frozen" | "held" | "kept"),
        "joining" | "registration" if before.starts_with("includ") => false,
        "joining" | "registration" if behind.iter().take(2).any(|word| *word == "included") => {
            false
        }
        word => NO_PRICE.contains(&word) && !matches!(before, "no" | "plus" | "without"),
    }
}

/// Tells whether a number without the sign of a currency is an age, a share, or how many there are of something:
/// `1 hour`, but not `12/hour` and `6.00 hour`.
fn is_count(front: &str, number: &str, rest: &str) -> bool {
    let is_money = number != "1.00" && number.split_once('.').is_some_and(|(_, p)| p.len() == 2);
    let is_rate = |unit: &str| {
        matches!(unit, "hour" | "month" | "week" | "year") && (is_money || rest.starts_with('/'))
    };
    let is_counted =
        text::words(rest).next().is_some_and(|word| COUNTED.contains(&word) && !is_rate(word));
    is_counted || rest.starts_with(['+', '%']) || text::words(front).any(|word| word == "free")
}

/// Tells whether a price is that of several together: `£20 for 4`, `£50 (10 sessions)`, `2 for £10`. `£5 (12 places)`
/// tells how many there are.
fn is_for_several(front: &str, rest: &str) -> bool {
    let is_several = |word: &str| word.parse::<u32>().is_ok_and(|number| number > 1);
    let before: Vec<&str> = text::words(front).collect();
    if matches!(before[..], [.., number, "for"] if is_several(number)) {
        return true;
    }
    let is_aside = rest.starts_with(['(', '[', '-', '–', '—']);
    let count = rest.trim_start_matches([' ', '(', '[', '-', '–', '—', '/']);
    let (is_for, count) = count.strip_prefix("for ").map_or((false, count), |count| (true, count));
    let mut words = text::words(count);
    let is_age = count.contains('+');
    let is_counted = words.next().is_some_and(is_several) && !is_age;
    let is_sold =
        |word: &str| SEVERAL.contains(&word) || (PLACES.contains(&word) && (is_for || !is_aside));
    is_counted && words.next().map_or(is_for, is_sold)
}

fn foreign_currency(text: &str) -> Option<&'static str> {
    let known = [('€', "EUR"), ('$', "USD")];
    let said = known.into_iter().find(|(sign, code)| text.contains(*sign) || text.contains(code));
    said.map(|(_, code)| code)
}

/// Tells whether what stands behind a price makes a range or a choice of it: `-5`, `to 5 each`, `/ 4.50`. Other
/// numbers are ages, and lengths of what is paid for: `- 16+`, `/ 4 weeks`.
fn goes_on(rest: &str) -> bool {
    let marks = ["-", "–", "—", "/", "to ", "or "];
    let other = marks.iter().find_map(|mark| rest.strip_prefix(mark)).unwrap_or_default();
    let other = other.trim_start();
    let is_figure = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
    let (number, behind) = other.split_at(other.find(|c| !is_figure(c)).unwrap_or(other.len()));
    let behind_dash = behind.trim_start_matches([' ', '-']);
    let word = behind_dash.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let is_price = word.is_empty() || number.ends_with(',') || PRICE_WORDS.contains(&word);
    number.starts_with(|c: char| c.is_ascii_digit()) && !behind.starts_with('+') && is_price
}

/// Reads `1,250.00` and `7,50`: three digits behind a comma are thousands, others are a fraction.
fn in_figures(number: &str) -> Option<f64> {
    let is_fraction = !number.contains('.')
        && number
            .split_once(',')
            .is_some_and(|(_, behind)| behind.len() != 3 && !behind.contains(','));
    // The mark that comes last is that of the fraction: `1.234,50` is written elsewhere.
    if number.rfind(',') > number.rfind('.') && number.contains('.') {
        return number.replace('.', "").replace(',', ".").parse().ok();
    }
    number.replace(',', if is_fraction { "." } else { "" }).parse().ok()
}

fn currency_code(offer: &Offer) -> Option<String> {
    let code = offer.price_currency.as_str().to_uppercase();
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic())).then_some(code)
}

fn money(amount: f64, currency: &str) -> String {
    if currency == "GBP" { format!("£{amount:.2}") } else { format!("{currency} {amount:.2}") }
}

/// Returns what is paid for. An offer that a course has from its sessions is for one of them.
fn unit(cx: &Context<'_>) -> &'static str {
    match cx.bundle.head.kind {
        Kind::FacilityUse | Kind::IndividualFacilityUse | Kind::Slot => "booking",
        Kind::CourseInstance | Kind::Course if !cx.head().offers.is_absent() => "course",
        _ => "session",
    }
}

/// Returns the ages that are stated in numbers. How words are read may change.
fn plain_ages(offer: &Offer) -> Option<Ages> {
    let mut stated = [&offer.age_restriction, &offer.age_range].into_iter();
    stated.find_map(|ages| ages.first().and_then(Ages::in_numbers))
}

fn stated_ages(offer: &Offer) -> Stated {
    let stated = [&offer.age_restriction, &offer.age_range].map(|ages| Stated::of(ages));
    let [enforced, recommended] = stated;
    if enforced.ages.is_some() { enforced } else { recommended }
}

fn option_words(cx: &Context<'_>, offer: &Offer) -> Option<String> {
    let mut parts = vec![cx.stated_line(offer.name.as_str(), "offers.name")];
    parts.extend(stated_ages(offer).in_words().map(|words| cx.line(&words)));
    parts.push(cx.stated_line(offer.description.as_str(), "offers.description"));
    match Booking::parse(offer.open_booking_in_advance.as_str()) {
        Some(Booking::Required) => parts.push("Booking in advance required".to_owned()),
        Some(Booking::Unavailable) => parts.push("No booking in advance".to_owned()),
        Some(Booking::Optional) | None => {}
    }
    if needs_entitlement(offer) {
        parts.push("Membership or entitlement needed".to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.dedup();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn free(cx: &Context<'_>) -> CostOption {
    CostOption {
        id: Id::derive_under("cost_option", cx.service_id, &["free"]),
        service_id: cx.service_id,
        option: Some("Free to attend".to_owned()),
        currency: Some("GBP".to_owned()),
        amount: 0.0,
        amount_description: "Free".to_owned(),
    }
}

/// Returns `Free`, `£5.50`, `£3.00 to £5.50` or `Free to £4.00`. What is free for members alone is told apart,
/// `£5.50; Free with a membership or entitlement`, and so is all where nothing is for everybody.
fn fees(
    cx: &Context<'_>,
    options: &[CostOption],
    needs_entitlement: &HashSet<Id>,
) -> Option<String> {
    let is_for_all = |option: &CostOption| !needs_entitlement.contains(&option.id);
    let has_for_all = options.iter().any(is_for_all);
    let (all, entitled): (Vec<&CostOption>, Vec<&CostOption>) = options
        .iter()
        .partition(|option| is_for_all(option) || (has_for_all && option.amount > 0.0));
    let entitled = range(&entitled);
    let entitled = entitled.map(|range| format!("{range} with a membership or entitlement"));
    let ranges: Vec<String> = range(&all).into_iter().chain(entitled).collect();
    let range = Some(ranges.join("; ")).filter(|range| !range.is_empty())?;
    let first_free =
        cx.first_of_all(|o| &o.is_first_session_free).is_some_and(|flag| flag.is_true());
    Some(if first_free && range != "Free" { format!("{range}; first session free") } else { range })
}

fn range(options: &[&CostOption]) -> Option<String> {
    let say = |option: &CostOption| match option.amount {
        0.0 => "Free".to_owned(),
        amount => money(amount, option.currency.as_deref().unwrap_or("GBP")),
    };
    let low = options.iter().min_by(|a, b| a.amount.total_cmp(&b.amount))?;
    let high = options.iter().max_by(|a, b| a.amount.total_cmp(&b.amount))?;
    let (low, high) = (say(low), say(high));
    Some(if low == high { low } else { format!("{low} to {high}") })
}

/// Returns how to book, in words.
pub(super) fn application_process(costs: &Costs, link: Option<&str>) -> Option<String> {
    let booking = costs.booking.map(|booking| match booking {
        Booking::Required => "Booking in advance is required.",
        Booking::Optional => "Booking in advance is recommended.",
        Booking::Unavailable => "Booking in advance is not available.",
    });
    let more = link.map(|link| format!("Book or find out more at {link}"));
    let parts: Vec<String> = booking.map(str::to_owned).into_iter().chain(more).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// Words behind a number that is a price; behind others stand ages, lengths and counts.
const PRICE_WORDS: [&str; 13] = [
    "a",
    "an",
    "depending",
    "donation",
    "each",
    "euros",
    "for",
    "gbp",
    "p",
    "pence",
    "per",
    "pounds",
    "pp",
];

/// Words beside amounts that are not the price.
const NO_PRICE: [&str; 11] = [
    "deposit",
    "discount",
    "donate",
    "donation",
    "donations",
    "joining",
    "registration",
    "save",
    "saving",
    "savings",
    "was",
];

/// Words between those and the amount.
const FILLERS: [&str; 12] =
    ["a", "an", "at", "from", "is", "least", "of", "only", "over", "the", "to", "up"];

/// Words behind numbers that are no amounts.
const COUNTED: [&str; 15] = [
    "classes", "free", "hour", "hours", "mins", "minutes", "month", "months", "sessions", "visits",
    "week", "weeks", "year", "years", "yrs",
];

/// Words of what is sold several at once.
const SEVERAL: [&str; 7] =
    ["classes", "games", "lessons", "matches", "sessions", "swims", "visits"];

/// Words of what is too, and of what there is room for.
const PLACES: [&str; 5] = ["people", "persons", "places", "players", "tickets"];

/// Words of what is paid for by its time, or lasts longer than a session.
const BY_TIME: [&str; 16] = [
    "annual", "annually", "block", "course", "hour", "hourly", "hr", "month", "monthly", "months",
    "season", "term", "week", "weeks", "year", "yearly",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_found_in_text_only_where_it_is_the_only_one() {
        for (text, expected) in [
            ("£3.50 per player", Some(3.5)),
            ("3.50 GBP", Some(3.5)),
            ("£1,250.00", Some(1250.0)),
            ("£7,50", Some(7.5)),
            ("50p", Some(0.5)),
            ("50 pence per child", Some(0.5)),
            ("5 per session", Some(5.0)),
            ("Under 16s £3", Some(3.0)),
            ("£3 (under 16s)", Some(3.0)),
            ("5£", Some(5.0)),
            ("£5 - book early", Some(5.0)),
            ("£10 for 6 weeks", Some(10.0)),
            ("£3 members, £5 others", None),
            ("3.50 - 5.00", None),
            ("£3-5", None),
            ("£3 to 5", None),
            ("£5.00 – 7.00", None),
            ("£5 or 6", None),
            ("£3-5 per person", None),
            ("£3/5, under 16s less", None),
            ("£5.50 - 60 mins", Some(5.5)),
            ("£40/4 weeks", Some(40.0)),
            ("£5 - 60-minute class", Some(5.0)),
            ("£5/1hr", Some(5.0)),
            ("£5 - 16+", Some(5.0)),
            ("£5 (€6)", None),
            ("First 2 sessions free", None),
            ("Free for under 5s", None),
            ("Suggested donation 3", None),
            ("£3 suggested donation", None),
            ("Donation: £3", None),
            ("£5 deposit", None),
            ("£2 off", None),
            ("10% off", None),
            ("£20 for 4", None),
            ("£45 for 10 sessions", None),
            ("£50 (10 sessions)", None),
            ("£50 / 10 classes", None),
            ("2 for £10", None),
            ("£25 joining fee", None),
            ("Free (normally £5)", None),
            ("Under 5s free, £5", Some(5.0)),
            ("was £8 now 5", None),
            ("£8 (10 to 11am)", Some(8.0)),
            ("16+", None),
            ("£5 for 16+", Some(5.0)),
            ("£5, 10% discount for members", Some(5.0)),
            ("£5 a class, under 5s free", Some(5.0)),
            ("1.234,50", Some(1234.5)),
            ("€ 1.234,50", Some(1234.5)),
            ("TBC", None),
        ] {
            assert_eq!(price_in(text), expected, "{text}");
        }
    }

    #[test]
    fn how_many_there_is_room_for_is_not_how_many_are_paid_for() {
        for (text, expected) in [
            ("£5 (12 places)", Some(5.0)),
            ("£5 (20 places available)", Some(5.0)),
            ("£5 - 10 places only", Some(5.0)),
            ("£5 — 10 places only", Some(5.0)),
            ("£8 (4 players max)", Some(8.0)),
            ("£5 (10 people max)", Some(5.0)),
            ("£5 (30 tickets)", Some(5.0)),
            ("£5 (10 spaces)", Some(5.0)),
            ("£30 / 5 players", None),
            ("£20 (for 4 people)", None),
            ("£20 for 4 tickets", None),
            ("£30 - 6 lessons", None),
        ] {
            assert_eq!(price_in(text), expected, "{text}");
        }
    }

    #[test]
    fn a_saving_a_part_and_what_members_pay_are_no_price_and_words_like_theirs_hide_none() {
        for (text, expected) in [
            ("Off-peak £5", Some(5.0)),
            ("Off peak: 4.50", Some(4.5)),
            ("£4.50 (off-peak)", Some(4.5)),
            ("Get £5 off off-peak", None),
            ("£30 one-off", Some(30.0)),
            ("One-off payment £30", Some(30.0)),
            ("£25 (one-off fee)", Some(25.0)),
            ("£5 drop-off", Some(5.0)),
            ("£5 (no deposit)", Some(5.0)),
            ("No deposit £5", Some(5.0)),
            ("£10 refundable deposit", None),
            ("Deposit of £10", None),
            ("£10 (deposit)", None),
            ("Adults £6 (discount for members)", Some(6.0)),
            ("£2 discount for members", None),
            ("£2 (discount)", None),
            ("£5. Save by booking online", Some(5.0)),
            ("£5 - save by booking online", Some(5.0)),
            ("Save £5", None),
            ("Save up to £5", None),
            ("Saving of £5", None),
            ("£5 members only", None),
            ("£5 (for members)", None),
            ("Members: £5", None),
            ("Non-members £5", Some(5.0)),
            ("£5 non members", Some(5.0)),
            ("£5 (members free)", Some(5.0)),
            ("£5 for members and guests", Some(5.0)),
            ("£5 for members of the public", Some(5.0)),
            ("Open to members of the public £5", Some(5.0)),
            ("£5 for members of the club", None),
            ("Members of the club £5", None),
            ("£5 member & guest", Some(5.0)),
            ("Members + guests £5", Some(5.0)),
            ("Family member £5", Some(5.0)),
            ("£5 family member", Some(5.0)),
            ("£5 including registration", Some(5.0)),
            ("£5 includes joining fee", Some(5.0)),
            ("£5 registration fee included", Some(5.0)),
            ("£5 registration fee", None),
            ("£5 joining fee, towel included", None),
            ("£10 deposit included", None),
            ("Price was frozen at £5", Some(5.0)),
            ("Price was £8", None),
            ("£5 for 1", Some(5.0)),
            ("£5 for 1 session", Some(5.0)),
            ("£9 for 2", None),
            ("12/hour", Some(12.0)),
            ("25/month", Some(25.0)),
            ("30 per hour", Some(30.0)),
            ("6.00 hour", Some(6.0)),
            ("6 hours", None),
            ("1.00 hour", None),
            ("1 hour", None),
        ] {
            assert_eq!(price_in(text), expected, "{text}");
        }
    }

    #[test]
    fn the_sign_of_a_price_says_its_currency() {
        for (text, expected) in [
            ("€5.00", Some("EUR")),
            ("5,50 €", Some("EUR")),
            ("EUR 5", Some("EUR")),
            ("$5", Some("USD")),
            ("£5", None),
            ("5 each", None),
        ] {
            assert!(price_in(text).is_some(), "{text}");
            assert_eq!(foreign_currency(text), expected, "{text}");
        }
    }
}
