variable "project_key" {
  type        = string
  description = "commercetools project key."
}

variable "key" {
  type        = string
  default     = "tidio-bridge"
  description = "Key of the Subscription."
}

variable "notify" {
  type        = string
  default     = "changes"
  description = "`changes`: ids and versions only, for every change of an order. `messages`: typed messages, which can hold whole orders."

  validation {
    condition     = contains(["changes", "messages"], var.notify)
    error_message = "Must be changes or messages."
  }
}

variable "access_tokens" {
  type        = string
  default     = "off"
  description = "As `access_tokens` in wrangler.toml; `introspection` adds the scope that it needs."

  validation {
    condition     = contains(["off", "introspection", "me"], var.access_tokens)
    error_message = "Must be off, introspection or me."
  }
}

variable "workflow_states" {
  type        = string
  default     = "off"
  description = "As `workflow_states` in wrangler.toml; `names` adds the scope that it needs."

  validation {
    condition     = contains(["off", "names"], var.workflow_states)
    error_message = "Must be off or names."
  }
}

variable "messages" {
  type        = string
  default     = "off"
  description = "As `messages` in wrangler.toml; `poll` adds the scope that it needs. The project must keep messages."

  validation {
    condition     = contains(["off", "poll"], var.messages)
    error_message = "Must be off or poll."
  }
}

variable "eventbridge" {
  type = object({
    account_id = string
    region     = string
  })
  default     = null
  description = "AWS account and region that get the partner event source."
}

variable "pubsub" {
  type = object({
    project_id = string
    topic      = string
  })
  default     = null
  description = "Google Cloud project and topic."
}

variable "sns" {
  type = object({
    topic_arn = string
  })
  default     = null
  description = "SNS topic; access by IAM."
}

variable "eventgrid" {
  type = object({
    uri = string
  })
  default     = null
  description = "Event Grid topic."
}

variable "eventgrid_access_key" {
  type        = string
  default     = null
  sensitive   = true
  description = "Access key of the Event Grid topic."
}
