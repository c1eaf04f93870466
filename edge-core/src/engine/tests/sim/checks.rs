//! What must be true when all is calm again, whatever the seed has done.

use super::*;

impl Sim {
    pub(super) fn check(&self) -> Result<(), String> {
        let vendor = &self.world.vendor;
        if vendor.breaches.get() > 0 {
            return Err(format!("{} requests over the budget", vendor.breaches.get()));
        }
        if vendor.hasty.get() > 0 {
            return Err(format!("{} requests before the time that a 429 asked for", vendor.hasty.get()));
        }
        if let Some(step_back) = vendor.step_back.borrow().as_ref() {
            return Err(format!("older state over newer: {step_back}"));
        }
        (0..CUSTOMERS).try_for_each(|customer| self.check_customer(customer))
    }

    fn check_customer(&self, customer: u64) -> Result<(), String> {
        let contacts = self.world.vendor.contacts.borrow();
        let id = format!("d-{customer}");
        let own: Vec<_> =
            contacts.iter().filter(|contact| contact.distinct_id.as_deref() == Some(&id)).collect();
        let ordered = super::shop::timeline(&self.world.shop, &customer.to_string());
        let visit = self.model.visits.get(&customer);
        let expected =
            visit.is_some() || (!ordered.is_empty() && self.world.shop.create.get() == CreatePolicy::OnOrder);
        let said_no = self.model.noes.get(&customer);
        if said_no.is_some_and(|(at, id)| visit.is_none_or(|(seen, by, _)| (seen, by) < (at, id))) {
            let shown = own.iter().any(|contact| contact.properties.contains_key("ct_timeline"));
            return if shown || own.len() > 1 {
                Err(format!("customer {customer} said no: {} contacts, orders shown: {shown}", own.len()))
            } else {
                Ok(())
            };
        }
        if self.poisoned == Some(customer) && !self.healed {
            let letters = dead::list(&*self.world.sql, &dead::Filter::default(), 100).unwrap();
            let key = format!("shop:customer:{customer}");
            let buried = letters.iter().any(|letter| letter.subject == key);
            let untouched = own.iter().all(|contact| contact.properties.is_empty());
            return if buried || !untouched || !expected || own.len() == 1 {
                Ok(())
            } else {
                Err(format!("customer {customer} is neither written nor a dead letter"))
            };
        }
        if own.len() != usize::from(expected) {
            return Err(format!("customer {customer}: {} contacts, expected {expected}", own.len()));
        }
        let Some(contact) = own.first() else { return Ok(()) };
        let value = |name: &str| contact.properties.get(name).cloned().unwrap_or_default();
        // What a withdrawal cleared comes back with the next change of an order.
        let cleared = said_no.is_some() && value("ct_timeline").is_empty();
        if value("ct_timeline") != ordered && !cleared {
            return Err(format!(
                "customer {customer}: orders {:?}, expected {ordered:?}",
                value("ct_timeline")
            ));
        }
        match visit {
            Some((_, _, store)) if value("ct_store") != *store => {
                Err(format!("customer {customer}: store {:?}, expected {store:?}", value("ct_store")))
            }
            _ => Ok(()),
        }
    }
}
