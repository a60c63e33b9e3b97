//! The envelope of lists.

use serde::Serialize;

/// One page of a list. Items may be structures of this module or raw JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    total_elements: u64,
    total_pages: u64,
    number: u64,
    size: usize,
    first: bool,
    last: bool,
    empty: bool,
    content: Vec<T>,
}

impl<T> Page<T> {
    /// Puts the items of a page in their envelope. Pages count from 1; an empty list has one page.
    ///
    /// `size` is the number of items on this page, not of those asked for.
    pub fn new(total_elements: u64, number: u64, per_page: u64, content: Vec<T>) -> Self {
        let total_pages = total_elements.div_ceil(per_page.max(1)).max(1);
        Self {
            total_elements,
            total_pages,
            number,
            size: content.len(),
            first: number <= 1,
            last: number >= total_pages,
            empty: content.is_empty(),
            content,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_last_page_may_be_short() {
        let page = serde_json::to_value(Page::new(5, 3, 2, vec!["e"])).unwrap();
        let expected = json!({
            "totalElements": 5, "totalPages": 3, "number": 3, "size": 1,
            "first": false, "last": true, "empty": false, "content": ["e"],
        });
        assert_eq!(page, expected);
    }

    #[test]
    fn an_empty_list_is_one_page_first_and_last() {
        let page = serde_json::to_value(Page::<()>::new(0, 1, 50, vec![])).unwrap();
        let expected = json!({
            "totalElements": 0, "totalPages": 1, "number": 1, "size": 0,
            "first": true, "last": true, "empty": true, "content": [],
        });
        assert_eq!(page, expected);
    }
}
