# An organization with two accounts, and what its accounts may not do.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "denied" { default = "secretsmanager:DeleteSecret" }
variable "unit" { default = "workloads" }

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  endpoints {
    iam           = var.endpoint
    organizations = var.endpoint
    sts           = var.endpoint
  }
}

resource "aws_organizations_organization" "this" {
  feature_set          = "ALL"
  enabled_policy_types = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
}

resource "aws_organizations_organizational_unit" "workloads" {
  name      = var.unit
  parent_id = aws_organizations_organization.this.roots[0].id
  tags      = { team = "red" }
}

resource "aws_organizations_account" "app" {
  name      = "app"
  email     = "app@example.com"
  parent_id = aws_organizations_organizational_unit.workloads.id
  tags      = { team = "red" }
}

resource "aws_organizations_account" "security" {
  name       = "security"
  email      = "security@example.com"
  depends_on = [aws_organizations_organization.this]
}

resource "aws_organizations_policy" "no_deletion" {
  name       = "no-deletion"
  depends_on = [aws_organizations_organization.this]
  content    = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = var.denied, Resource = "*" }] })
}

resource "aws_organizations_policy_attachment" "no_deletion" {
  policy_id = aws_organizations_policy.no_deletion.id
  target_id = aws_organizations_organizational_unit.workloads.id
}

resource "aws_organizations_policy" "own_only" {
  name = "own-only"
  type = "RESOURCE_CONTROL_POLICY"
  content = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny", Principal = "*", Action = "secretsmanager:*", Resource = "*"
      Condition = { StringNotEqualsIfExists = { "aws:PrincipalOrgID" = aws_organizations_organization.this.id } }
    }]
  })
}

resource "aws_organizations_policy_attachment" "own_only" {
  policy_id = aws_organizations_policy.own_only.id
  target_id = aws_organizations_organization.this.roots[0].id
}

data "aws_organizations_organization" "this" { depends_on = [aws_organizations_organization.this] }

output "read" {
  value = {
    organization = data.aws_organizations_organization.this.id
    app          = aws_organizations_account.app.id
    unit         = aws_organizations_organizational_unit.workloads.name
  }
}
