//! Pages that are too large, or too slow, to be read: fewer rows, and nothing is left out.

use std::cell::RefCell;

use super::*;
use crate::commerce::Shortcut;

/// A shop with this many orders, whose answers are too large beyond so many rows.
struct Large {
    orders: Vec<Value>,
    bearable: usize,
    refusal: CommerceError,
    asked: RefCell<Vec<usize>>,
}

impl Large {
    fn new(count: usize, bearable: usize, refusal: CommerceError) -> Self {
        let one =
            |n: usize| order(&json!({ "id": format!("o-{n:04}"), "customerId": format!("c-{:02}", n % 50) }));
        Large { orders: (0..count).map(one).collect(), bearable, refusal, asked: RefCell::default() }
    }

    fn is_asked(&self, path: &str, order: &Value) -> bool {
        let text = |name: &str| order[name].as_str().unwrap();
        let after = path.split("id%20%3E%20%22").nth(1).and_then(|rest| rest.split("%22").next());
        let quoted = |id: &str| path.contains(&format!("%22{id}%22"));
        let is_listed = match () {
            () if path.contains("customerId%20in") => quoted(text("customerId")),
            () if path.contains("id%20in") => quoted(text("id")),
            () => true,
        };
        is_listed && after.is_none_or(|after| text("id") > after)
    }
}

impl Commerce for Large {
    async fn prepare(&self) -> Result<(), CommerceError> {
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<String, CommerceError> {
        let limit: usize = path.split("&limit=").nth(1).unwrap().split('&').next().unwrap().parse().unwrap();
        self.asked.borrow_mut().push(limit);
        let is_customers = path.starts_with("/customers");
        let customers: Vec<Value> = (0..50).map(|n| json!({ "id": format!("c-{n:02}") })).collect();
        let all = if is_customers { &customers } else { &self.orders };
        let offset =
            path.split("&offset=").nth(1).map_or(0, |rest| rest.split('&').next().unwrap().parse().unwrap());
        let asked = all.iter().filter(|row| self.is_asked(path, row)).skip(offset);
        let mut rows: Vec<Value> = asked.cloned().collect();
        rows.truncate(limit);
        if !is_customers && rows.len() > self.bearable {
            return Err(self.refusal);
        }
        Ok(json!({ "results": rows }).to_string())
    }

    fn takes(&self, _: Shortcut<'_>) -> bool {
        false
    }

    async fn query(&self, _: &str) -> Result<String, CommerceError> {
        Err(CommerceError::Rejected)
    }

    fn leads_nowhere(&self, _: Shortcut<'_>) {}

    async fn introspect(&self, _: &str) -> Result<String, CommerceError> {
        Err(CommerceError::Rejected)
    }

    async fn get_as(&self, _: &str, _: &str) -> Result<String, CommerceError> {
        Err(CommerceError::Rejected)
    }
}

#[test]
fn a_walk_over_large_orders_sees_each_of_them_once() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    for refusal in [CommerceError::TooLarge, CommerceError::Timeout] {
        rows::reset();
        let shop = Large::new(700, 130, refusal);
        let window = Window { from_ms: 0, until_ms: 1, store: None };
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = pollster::block_on(changed(&shop, scope, &window, after.as_deref())).unwrap();
            seen.extend(page.heads.into_iter().map(|head| head.id));
            after = page.after;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 700);
        assert!(seen.is_sorted());
        // Learned once: later pages are asked for as they can be read.
        assert_eq!(shop.asked.borrow()[..3], [500, 125, 125]);
        assert_eq!(shop.asked.borrow().len(), 7);
    }
}

#[test]
fn questions_by_id_are_answered_whole() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    let shop = Large::new(200, 9, CommerceError::TooLarge);
    let ids: Vec<String> = (0..100).map(|n| format!("o-{n:04}")).collect();
    let heads = pollster::block_on(orders(&shop, scope, &ids)).unwrap();
    assert_eq!(heads.len(), 100, "an order that is left out would count as gone");
    let ids: Vec<String> = (0..50).map(|n| format!("c-{n:02}")).collect();
    let read = pollster::block_on(customers(&shop, scope, "corr", &ids)).unwrap();
    assert_eq!((read.views.len(), read.gone.len()), (50, 0));
    assert!(read.views.iter().all(|view| view.properties["ct_orders"] == "4"));
}

#[test]
fn a_page_that_holds_one_row_at_a_time_is_walked_and_widens_again() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    rows::reset();
    let mut shop = Large::new(150, 1, CommerceError::TooLarge);
    let window = Window { from_ms: 0, until_ms: 1, store: None };
    let (mut after, mut seen) = (None, 0);
    loop {
        let page = pollster::block_on(changed(&shop, scope, &window, after.as_deref())).unwrap();
        seen += page.heads.len();
        after = page.after;
        // What made the rows so large ends after a third of them.
        shop.bearable = if seen < 50 { 1 } else { 500 };
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 150);
    let asked = shop.asked.borrow();
    assert_eq!(asked[..6], [500, 125, 31, 7, 1, 1]);
    assert!(asked.contains(&2) && asked.contains(&4), "{asked:?}");
    assert!(asked.len() < 120, "{}", asked.len());
}

#[test]
fn a_customers_orders_are_all_counted_however_few_fit_on_a_page() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    rows::reset();
    let shop = Large::new(600, 1, CommerceError::TooLarge);
    let read = pollster::block_on(customers(&shop, scope, "corr", &["c-01".to_owned()])).unwrap();
    assert_eq!(read.views[0].properties["ct_orders"], "12");
}

#[test]
fn a_large_document_is_read_by_itself() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    rows::reset();
    let mut shop = Large::new(3, 500, CommerceError::TooLarge);
    shop.orders[1]["custom"] = json!({ "fields": { "notes": "x".repeat(PAGE_BYTES) } });
    let ids: Vec<String> = (0..3).map(|n| format!("o-{n:04}")).collect();
    let heads = pollster::block_on(orders(&shop, scope, &ids)).unwrap();
    assert_eq!(heads.len(), 3);
    assert_eq!(shop.asked.borrow()[..5], [500, 125, 31, 7, 1]);
}

#[test]
fn a_single_order_that_is_too_large_is_an_outage_and_no_endless_loop() {
    let config = config();
    let numbers = numbers();
    let scope = Scope::find(&config, "main", "eu", &numbers).unwrap();
    rows::reset();
    let shop = Large::new(10, 0, CommerceError::TooLarge);
    let found = pollster::block_on(orders(&shop, scope, &["o-0001".to_owned()]));
    assert_eq!(found, Err(ShopError::Unavailable));
    assert!(shop.asked.borrow().len() < 6, "{:?}", shop.asked.borrow());
}
