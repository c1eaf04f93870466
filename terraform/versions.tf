terraform {
  required_version = ">= 1.3"

  required_providers {
    commercetools = {
      source  = "labd/commercetools"
      version = "~> 1.0"
    }
  }
}
