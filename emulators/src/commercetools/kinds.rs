//! The resource types: names, scopes, unique fields, and the fields a predicate may use.
//!
//! Field lists are written as text: a name, then `:t` (date and time), `:n` (number), `:b` (boolean),
//! `:s` (text, the default), or nested fields in parentheses; `*` stands for any name below.

/// A stored resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    Cart,
    Category,
    Channel,
    CustomObject,
    Customer,
    CustomerGroup,
    DiscountCode,
    CartDiscount,
    Message,
    Order,
    Payment,
    Product,
    ProductType,
    ShippingMethod,
    State,
    Store,
    Subscription,
    TaxCategory,
    Type,
    Zone,
}

/// What the generic code needs to know about a kind.
pub struct Spec {
    /// Path segment, such as `orders`.
    pub path: &'static str,
    /// `typeId` in references, such as `order`.
    pub type_id: &'static str,
    /// Scopes of which any one allows reading.
    pub view: &'static [&'static str],
    /// Scopes of which any one allows writing.
    pub manage: &'static [&'static str],
    /// Text members that look-ups use; kept in an index.
    pub indexed: &'static [&'static str],
    /// Indexed members that must be unique.
    pub unique: &'static [&'static str],
    /// Predicate fields.
    pub fields: &'static str,
}

/// All kinds, for iteration.
pub const ALL: &[Kind] = &[
    Kind::Cart,
    Kind::Category,
    Kind::Channel,
    Kind::CustomObject,
    Kind::Customer,
    Kind::CustomerGroup,
    Kind::DiscountCode,
    Kind::CartDiscount,
    Kind::Message,
    Kind::Order,
    Kind::Payment,
    Kind::Product,
    Kind::ProductType,
    Kind::ShippingMethod,
    Kind::State,
    Kind::Store,
    Kind::Subscription,
    Kind::TaxCategory,
    Kind::Type,
    Kind::Zone,
];

macro_rules! base {
    () => {
        "id version:n createdAt:t lastModifiedAt:t versionModifiedAt:t key \
         createdBy(clientId anonymousId customer(typeId id)) \
         lastModifiedBy(clientId anonymousId customer(typeId id)) custom(type(typeId id) fields(*)) "
    };
}

macro_rules! sale {
    () => {
        "customerId customerEmail anonymousId country locale origin inventoryMode taxMode \
         store(typeId key) businessUnit(typeId key) customerGroup(typeId id) \
         totalPrice(currencyCode centAmount:n) taxedPrice(totalNet(*) totalGross(*) totalTax(*)) \
         lineItems(id key productId productKey quantity:n name(*) variant(id:n sku key) totalPrice(*) \
         productType(typeId id) price(*) addedAt:t lastModifiedAt:t custom(*) state(*)) \
         customLineItems(id key slug quantity:n name(*) totalPrice(*) custom(*)) \
         shippingAddress(*) billingAddress(*) shippingMode \
         shippingInfo(shippingMethodName shippingMethod(typeId id) shippingMethodState \
         deliveries(id key createdAt:t items(*) parcels(id key createdAt:t trackingData(*) items(*)))) \
         paymentInfo(payments(typeId id)) discountCodes(state discountCode(typeId id)) \
         totalLineItemQuantity:n itemShippingAddresses(*) "
    };
}

const CART_FIELDS: &str = concat!(base!(), sale!(), "cartState");
const ORDER_FIELDS: &str = concat!(
    base!(),
    sale!(),
    "orderNumber purchaseOrderNumber orderState paymentState shipmentState completedAt:t \
     state(typeId id) cart(typeId id) quote(typeId id) syncInfo(channel(typeId id) externalId syncedAt:t) \
     returnInfo(items(id type lineItemId quantity:n shipmentState paymentState createdAt:t) \
     returnTrackingId returnDate:t)"
);
const CUSTOMER_FIELDS: &str = concat!(
    base!(),
    "email lowercaseEmail customerNumber externalId firstName lastName middleName title companyName vatId \
     dateOfBirth locale isEmailVerified:b authenticationMode stores(typeId key) customerGroup(typeId id) \
     addresses(*) defaultShippingAddressId defaultBillingAddressId"
);
const MESSAGE_FIELDS: &str = concat!(
    base!(),
    "sequenceNumber:n resourceVersion:n type resource(typeId id) \
     resourceUserProvidedIdentifiers(key externalId orderNumber customerNumber sku slug(*)) \
     orderState oldOrderState paymentState oldPaymentState shipmentState oldShipmentState \
     deliveryId parcelId returnItemId returnShipmentState email oldEmail"
);
const PRODUCT_FIELDS: &str = concat!(
    base!(),
    "published:b hasStagedChanges:b productType(typeId id) taxCategory(typeId id) \
     masterData(published:b current(*) staged(*)) name(*) slug(*) description(*) \
     categories(typeId id) masterVariant(id:n sku key attributes(*) prices(*)) \
     variants(id:n sku key attributes(*) prices(*))"
);
const NAMED_FIELDS: &str =
    concat!(base!(), "name(*) description(*) slug(*) externalId orderHint parent(*) ancestors(*)");

const fn plain(
    path: &'static str,
    type_id: &'static str,
    view: &'static [&'static str],
    manage: &'static [&'static str],
) -> Spec {
    Spec { path, type_id, view, manage, indexed: &["key"], unique: &["key"], fields: NAMED_FIELDS }
}

const VIEW_PRODUCTS: &[&str] = &["view_products", "manage_products"];
const VIEW_ORDERS: &[&str] = &["view_orders", "manage_orders"];

impl Kind {
    /// The kind that lives under this path segment.
    pub fn of_path(path: &str) -> Option<Self> {
        ALL.iter().copied().find(|kind| kind.spec().path == path)
    }

    /// The kind references with this `typeId` point to.
    pub fn of_type_id(type_id: &str) -> Option<Self> {
        ALL.iter().copied().find(|kind| kind.spec().type_id == type_id)
    }

    /// Its description.
    pub const fn spec(self) -> &'static Spec {
        match self {
            Self::Cart => &CART,
            Self::Category => &CATEGORY,
            Self::Channel => &CHANNEL,
            Self::CustomObject => &CUSTOM_OBJECT,
            Self::Customer => &CUSTOMER,
            Self::CustomerGroup => &CUSTOMER_GROUP,
            Self::DiscountCode => &DISCOUNT_CODE,
            Self::CartDiscount => &CART_DISCOUNT,
            Self::Message => &MESSAGE,
            Self::Order => &ORDER,
            Self::Payment => &PAYMENT,
            Self::Product => &PRODUCT,
            Self::ProductType => &PRODUCT_TYPE,
            Self::ShippingMethod => &SHIPPING_METHOD,
            Self::State => &STATE,
            Self::Store => &STORE,
            Self::Subscription => &SUBSCRIPTION,
            Self::TaxCategory => &TAX_CATEGORY,
            Self::Type => &TYPE,
            Self::Zone => &ZONE,
        }
    }
}

static CART: Spec = Spec {
    path: "carts",
    type_id: "cart",
    view: VIEW_ORDERS,
    manage: &["manage_orders"],
    indexed: &["key", "customerId", "anonymousId"],
    unique: &["key"],
    fields: CART_FIELDS,
};
static ORDER: Spec = Spec {
    path: "orders",
    type_id: "order",
    view: VIEW_ORDERS,
    manage: &["manage_orders"],
    indexed: &["orderNumber", "customerId", "anonymousId"],
    unique: &["orderNumber"],
    fields: ORDER_FIELDS,
};
static CUSTOMER: Spec = Spec {
    path: "customers",
    type_id: "customer",
    view: &["view_customers", "manage_customers"],
    manage: &["manage_customers"],
    indexed: &["key", "email", "lowercaseEmail", "customerNumber"],
    unique: &["key", "customerNumber"],
    fields: CUSTOMER_FIELDS,
};
static MESSAGE: Spec = Spec {
    path: "messages",
    type_id: "message",
    view: &["view_messages", "view_orders"],
    manage: &[],
    indexed: &[],
    unique: &[],
    fields: MESSAGE_FIELDS,
};
static CUSTOM_OBJECT: Spec = Spec {
    path: "custom-objects",
    type_id: "key-value-document",
    view: &[
        "view_key_value_documents",
        "manage_key_value_documents",
        "view_orders",
        "view_customers",
        "view_products",
    ],
    manage: &["manage_key_value_documents", "manage_orders", "manage_customers", "manage_products"],
    indexed: &["container"],
    unique: &[],
    fields: concat!(base!(), "container value(*)"),
};
static SUBSCRIPTION: Spec = Spec {
    path: "subscriptions",
    type_id: "subscription",
    view: &["manage_subscriptions"],
    manage: &["manage_subscriptions"],
    indexed: &["key"],
    unique: &["key"],
    fields: concat!(base!(), "status destination(type)"),
};
static PRODUCT: Spec = Spec {
    path: "products",
    type_id: "product",
    view: VIEW_PRODUCTS,
    manage: &["manage_products"],
    indexed: &["key"],
    unique: &["key"],
    fields: PRODUCT_FIELDS,
};
static STORE: Spec = Spec {
    path: "stores",
    type_id: "store",
    view: &["view_stores", "manage_stores", "view_project_settings", "manage_project_settings"],
    manage: &["manage_stores", "manage_project_settings"],
    indexed: &["key"],
    unique: &["key"],
    fields: concat!(base!(), "name(*) languages countries(code) distributionChannels(typeId id)"),
};
static STATE: Spec = Spec {
    path: "states",
    type_id: "state",
    view: &[
        "view_states",
        "manage_states",
        "view_orders",
        "manage_orders",
        "view_products",
        "manage_products",
    ],
    manage: &["manage_states", "manage_orders", "manage_products"],
    indexed: &["key"],
    unique: &["key"],
    fields: concat!(base!(), "type name(*) description(*) initial:b builtIn:b roles"),
};
static PAYMENT: Spec = Spec {
    path: "payments",
    type_id: "payment",
    view: &["view_payments", "manage_payments", "view_orders", "manage_orders"],
    manage: &["manage_payments", "manage_orders"],
    indexed: &["key"],
    unique: &["key"],
    fields: concat!(base!(), "interfaceId customer(typeId id) anonymousId amountPlanned(*)"),
};
static DISCOUNT_CODE: Spec = Spec {
    path: "discount-codes",
    type_id: "discount-code",
    view: &["view_discount_codes", "manage_discount_codes", "view_orders", "manage_orders"],
    manage: &["manage_discount_codes"],
    indexed: &["key", "code"],
    unique: &["key", "code"],
    fields: concat!(base!(), "code isActive:b name(*)"),
};
static CART_DISCOUNT: Spec = plain(
    "cart-discounts",
    "cart-discount",
    &["view_cart_discounts", "manage_cart_discounts", "view_orders", "manage_orders"],
    &["manage_cart_discounts"],
);
static CATEGORY: Spec = plain(
    "categories",
    "category",
    &["view_categories", "manage_categories", "view_products", "manage_products"],
    &["manage_categories", "manage_products"],
);
static CHANNEL: Spec = plain(
    "channels",
    "channel",
    &["view_products", "manage_products", "view_orders", "manage_orders"],
    &["manage_products"],
);
static CUSTOMER_GROUP: Spec = plain(
    "customer-groups",
    "customer-group",
    &["view_customer_groups", "manage_customer_groups", "view_customers", "manage_customers"],
    &["manage_customer_groups", "manage_customers"],
);
static PRODUCT_TYPE: Spec = plain("product-types", "product-type", VIEW_PRODUCTS, &["manage_products"]);
static SHIPPING_METHOD: Spec = plain(
    "shipping-methods",
    "shipping-method",
    &["view_shipping_methods", "manage_shipping_methods", "view_orders", "manage_orders"],
    &["manage_shipping_methods", "manage_orders"],
);
static TAX_CATEGORY: Spec = plain(
    "tax-categories",
    "tax-category",
    &["view_tax_categories", "manage_tax_categories", "view_products", "manage_products"],
    &["manage_tax_categories", "manage_products"],
);
static TYPE: Spec = plain(
    "types",
    "type",
    &["view_types", "manage_types", "view_orders", "manage_orders", "view_customers", "view_products"],
    &["manage_types", "manage_orders"],
);
static ZONE: Spec = plain("zones", "zone", VIEW_ORDERS, &["manage_project_settings"]);
