//! The links below a list that lead from page to page.

use super::form::Form;

/// Links to other pages.
#[derive(Debug)]
pub(super) struct Pages {
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) numbered: Vec<Link>,
}

/// A page, or a gap between pages.
#[derive(Debug)]
pub(super) struct Link {
    /// Nothing for a gap.
    pub(super) number: Option<usize>,
    pub(super) address: String,
    pub(super) is_current: bool,
}

impl Pages {
    /// Returns links to the first and the last page and those around the present one, of `last` pages.
    pub(super) fn new(path: &str, form: &Form, last: usize) -> Self {
        let address = |page: usize| format!("{path}?{}", form.with_page(page));
        let current = form.page;
        let mut numbered: Vec<Link> = Vec::new();
        let mut before = 0;
        let is_shown = |page: &usize| *page == 1 || *page == last || page.abs_diff(current) <= 1;
        let around = current.saturating_sub(1).max(1)..=current.saturating_add(1).min(last);
        let mut shown: Vec<usize> = std::iter::once(1).chain(around).chain([last]).collect();
        shown.retain(|page| is_shown(page) && *page <= last);
        shown.dedup();
        for page in shown {
            if page > before + 1 {
                numbered.push(Link { number: None, address: String::new(), is_current: false });
            }
            let is_current = page == current;
            numbered.push(Link { number: Some(page), address: address(page), is_current });
            before = page;
        }
        Self {
            previous: (current > 1 && current <= last).then(|| address(current - 1)),
            next: (current < last).then(|| address(current + 1)),
            numbered: if last > 1 { numbered } else { Vec::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Gazetteer;

    #[test]
    fn pages_far_away_are_left_out() {
        let gazetteer = Gazetteer::embedded().unwrap();
        for (current, last, shown) in [
            (1, 1, ""),
            (1, 2, "[1] 2"),
            (1, 9, "[1] 2 … 9"),
            (5, 9, "1 … 4 [5] 6 … 9"),
            (9, 9, "1 … 8 [9]"),
            (40, 9, "1 … 9"),
        ] {
            let form = Form::read(&format!("page={current}"), &gazetteer);
            let pages = Pages::new("/find", &form, last);
            let words = pages.numbered.iter().map(|link| match (link.number, link.is_current) {
                (None, _) => "…".to_owned(),
                (Some(number), true) => format!("[{number}]"),
                (Some(number), false) => number.to_string(),
            });
            assert_eq!(words.collect::<Vec<_>>().join(" "), shown, "{current} of {last}");
        }
    }
}
