output "client_id" {
  value       = commercetools_api_client.worker.id
  description = "For the Worker's secret CT_<NAME>_CLIENT_ID."
  sensitive   = true
}

output "client_secret" {
  value       = commercetools_api_client.worker.secret
  description = "For the Worker's secret CT_<NAME>_CLIENT_SECRET. It is in the state: keep that encrypted."
  sensitive   = true
}

output "event_source" {
  value       = var.eventbridge != null ? "aws.partner/commercetools.com/${var.project_key}/${var.key}" : null
  description = "EventBridge: name of the partner event source, to be associated with a bus."
}
