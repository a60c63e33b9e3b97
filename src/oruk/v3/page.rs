//! The envelope of lists.

use serde::Serialize;

/// One page of a list. Items may be structures of this module or raw JSON.
///
/// The earlier validator checks every member of it; the present one only counts the items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    total_items: u64,
    total_pages: u64,
    page_number: u64,
    size: usize,
    first_page: bool,
    last_page: bool,
    empty: bool,
    contents: Vec<T>,
}

impl<T> Page<T> {
    /// Puts the items of a page in their envelope. Pages count from 1; an empty list has one page.
    ///
    /// `size` is the number of items on this page, not of those asked for.
    pub fn new(total_items: u64, page_number: u64, per_page: u64, contents: Vec<T>) -> Self {
        let total_pages = total_items.div_ceil(per_page.max(1)).max(1);
        Self {
            total_items,
            total_pages,
            page_number,
            size: contents.len(),
            first_page: page_number <= 1,
            last_page: page_number >= total_pages,
            empty: contents.is_empty(),
            contents,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn raw_items_are_passed_through_as_they_are() {
        let item = RawValue::from_string(r#"{ "id": 1.50 }"#.to_owned()).unwrap();
        let page = serde_json::to_string(&Page::new(3, 1, 1, vec![&*item])).unwrap();
        assert_eq!(
            page,
            r#"{"total_items":3,"total_pages":3,"page_number":1,"size":1,"first_page":true,"last_page":false,"empty":false,"contents":[{ "id": 1.50 }]}"#
        );
    }

    #[test]
    fn only_the_last_page_is_the_last() {
        let last = |number, items: usize| {
            let page = Page::new(4, number, 2, vec![0; items]);
            (page.total_pages, page.first_page, page.last_page, page.empty, page.size)
        };
        assert_eq!(last(1, 2), (2, true, false, false, 2));
        assert_eq!(last(2, 2), (2, false, true, false, 2));
        assert_eq!(last(3, 0), (2, false, true, true, 0));
    }

    #[test]
    fn an_empty_list_is_one_page_first_and_last() {
        let page = serde_json::to_value(Page::<()>::new(0, 1, 50, vec![])).unwrap();
        let expected = json!({
            "total_items": 0, "total_pages": 1, "page_number": 1, "size": 0,
            "first_page": true, "last_page": true, "empty": true, "contents": [],
        });
        assert_eq!(page, expected);
    }
}
