//! Which provider comes first for a job whose caller has no wish of its own: the operator's policy, decided when the job is
//! admitted and kept with it, so that a place in its line-up means the same route on every try.

use spool_domain::catalogue::{Model, Params, Routing};
use spool_domain::order::{Mode, Preference};

use crate::Inner;

impl Inner {
    /// The order that the policy gives; none where that is the stanza's own.
    pub(crate) fn policy(&self, model: &Model, params: &Params, mode: Mode) -> Option<Preference> {
        if mode == Mode::Test || model.routes.len() < 2 {
            return None;
        }
        let sorted = |key: &dyn Fn(&spool_domain::catalogue::Route) -> u64| {
            let mut routes: Vec<_> = model.routes.iter().filter(|route| route.serves(params)).collect();
            // Equal ones keep the stanza's order.
            routes.sort_by_key(|route| key(route));
            Preference { order: routes.iter().map(|route| route.provider.clone()).collect(), only: false }
        };
        match model.routing.as_ref().unwrap_or(&self.settings.routing) {
            Routing::Order => None,
            Routing::Cheapest => {
                let price = model.list_price(params);
                Some(sorted(&|route| u64::try_from(route.cost(price).0).unwrap_or(u64::MAX)))
            }
            Routing::Fastest => {
                Some(sorted(&|route| self.health.typical_ms(&route.provider).unwrap_or(u64::MAX)))
            }
            Routing::Pinned(provider) => Some(Preference { order: vec![provider.clone()], only: true }),
        }
    }
}
