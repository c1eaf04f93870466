//! The engine's shop port: commercetools, read through the client of the whole Worker.

use std::rc::Rc;

use edge_core::engine::messages;
use edge_core::engine::reader::{self, Scope};
use edge_core::engine::shop::{ChangedPage, Customers, MessagesPage, OrderHead, Shop, ShopError, Window};
use edge_core::number::NumberFormats;
use worker::Env;

use crate::commerce_client::CommerceClient;
use crate::config_var::Loaded;
use crate::http::CorrelationId;
use crate::numbers;
use crate::platform;

/// The shops whose orders concern one Tidio project.
pub struct ObjectShop {
    env: Env,
    config: Loaded,
    tidio: String,
    numbers: Rc<NumberFormats>,
}

impl ObjectShop {
    /// The shops of this Tidio project, by the user's name for it.
    pub fn new(env: Env, config: Loaded, tidio: &str) -> Self {
        ObjectShop { env, config, tidio: tidio.to_owned(), numbers: numbers::formats() }
    }

    /// A project that the configuration no longer has is refused: somebody must bring it back or drop its facts.
    fn scope(&self, project: &str) -> Result<Scope<'_>, ShopError> {
        let config = self.config.as_ref().as_ref().map_err(|_problems| ShopError::Rejected)?;
        Scope::find(config, project, &self.tidio, &self.numbers).ok_or(ShopError::Rejected)
    }
}

fn correlation(id: &str) -> CorrelationId {
    CorrelationId::accept_or_make(Some(id), platform::random_bytes())
}

impl Shop for ObjectShop {
    async fn orders(
        &self,
        correlation_id: &str,
        project: &str,
        ids: &[String],
    ) -> Result<Vec<OrderHead>, ShopError> {
        let (scope, correlation) = (self.scope(project)?, correlation(correlation_id));
        reader::orders(&CommerceClient::new(&self.env, scope.project, &correlation), scope, ids).await
    }

    async fn customers(
        &self,
        correlation_id: &str,
        project: &str,
        ids: &[String],
    ) -> Result<Customers, ShopError> {
        let (scope, correlation) = (self.scope(project)?, correlation(correlation_id));
        let client = CommerceClient::new(&self.env, scope.project, &correlation);
        reader::customers(&client, scope, correlation_id, ids).await
    }

    async fn changed(
        &self,
        correlation_id: &str,
        project: &str,
        window: &Window,
        after: Option<&str>,
    ) -> Result<ChangedPage, ShopError> {
        let (scope, correlation) = (self.scope(project)?, correlation(correlation_id));
        reader::changed(&CommerceClient::new(&self.env, scope.project, &correlation), scope, window, after)
            .await
    }

    async fn messages(
        &self,
        correlation_id: &str,
        project: &str,
        window: &Window,
        after: Option<&str>,
    ) -> Result<MessagesPage, ShopError> {
        let (scope, correlation) = (self.scope(project)?, correlation(correlation_id));
        let client = CommerceClient::new(&self.env, scope.project, &correlation);
        messages::messages(&client, scope, correlation_id, platform::now_ms(), window, after).await
    }
}
