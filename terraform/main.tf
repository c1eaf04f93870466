locals {
  # Printed from the edge's own list; a test keeps both alike.
  order_messages = jsondecode(file("${path.module}/order-messages.json"))

  # What each destination needs; `one` fails on two of them, the precondition on none.
  destination = one(concat(
    var.eventbridge == null ? [] : [merge(local.no_destination, { type = "EventBridge" }, var.eventbridge)],
    var.pubsub == null ? [] : [merge(local.no_destination, { type = "GoogleCloudPubSub" }, var.pubsub)],
    var.sns == null ? [] : [merge(local.no_destination, { type = "SNS" }, var.sns)],
    var.eventgrid == null ? [] : [merge(local.no_destination, { type = "EventGrid" }, var.eventgrid)],
  ))
  no_destination = {
    type       = null
    account_id = null
    region     = null
    project_id = null
    topic      = null
    topic_arn  = null
    uri        = null
  }

  introspection_scopes = var.access_tokens == "introspection" ? ["introspect_oauth_tokens:${var.project_key}"] : []
  messages_scopes      = var.messages == "poll" ? ["view_messages:${var.project_key}"] : []
  workflow_scopes      = var.workflow_states == "names" ? ["view_states:${var.project_key}"] : []
}

# Tells the Worker about orders. The provider changes it in place, except for its format.
resource "commercetools_subscription" "orders" {
  key = var.key

  destination {
    type       = local.destination.type
    account_id = local.destination.account_id
    region     = local.destination.region
    project_id = local.destination.project_id
    topic      = local.destination.topic
    topic_arn  = local.destination.topic_arn
    uri        = local.destination.uri
    access_key = var.eventgrid_access_key
  }

  # A Subscription to changes says nothing of order edits.
  message {
    resource_type_id = "order"
    types            = var.notify == "changes" ? ["OrderEditApplied"] : local.order_messages
  }

  dynamic "changes" {
    # Of customers, ids only: enough to read a changed address, or that a record is gone.
    for_each = var.notify == "changes" ? ["order", "customer"] : ["customer"]
    content {
      resource_type_ids = [changes.value]
    }
  }

  # Event Grid takes CloudEvents only; the Worker reads both.
  dynamic "format" {
    for_each = var.eventgrid != null ? ["1.0"] : []
    content {
      type                 = "CloudEvents"
      cloud_events_version = format.value
    }
  }

  lifecycle {
    precondition {
      condition     = local.destination != null
      error_message = "Set exactly one of eventbridge, pubsub, sns and eventgrid."
    }
  }
}

# The Worker's own client: reads, and nothing else. It can neither write nor manage Subscriptions.
resource "commercetools_api_client" "worker" {
  name = "Tidio bridge (Worker)"
  scope = concat(
    ["view_orders:${var.project_key}", "view_customers:${var.project_key}"],
    local.introspection_scopes,
    local.workflow_scopes,
    local.messages_scopes,
  )
}
