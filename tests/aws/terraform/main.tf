# What a team keeps in Terraform: who there is, what they may do, keys, and secrets. Applied by test_terraform.py, first as
# it stands and then with other variables.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" {}
variable "description" { default = "first" }
variable "team" { default = "red" }
variable "value" { default = "hunter2" }
variable "actions" {
  type    = list(string)
  default = ["secretsmanager:GetSecretValue"]
}
variable "replicas" {
  type    = set(string)
  default = ["eu-west-1"]
}
variable "session" { default = 3600 }

provider "aws" {
  region                  = "us-east-1"
  skip_metadata_api_check = true
  endpoints {
    iam            = var.endpoint
    kms            = var.endpoint
    secretsmanager = var.endpoint
    sts            = var.endpoint
  }
  default_tags { tags = { managed = "terraform" } }
}

data "aws_caller_identity" "this" {}
locals { account = data.aws_caller_identity.this.account_id }

# --- identities -----------------------------------------------------------------------------------------------------

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = var.actions
    resources = [aws_secretsmanager_secret.db.arn]
  }
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.app.arn]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.us-east-1.amazonaws.com"]
    }
  }
}

resource "aws_iam_policy" "read" {
  name        = "read"
  path        = "/app/"
  description = "read the database's secret"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy" "boundary" {
  name   = "boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = "*", Resource = "*" } })
}

resource "aws_iam_role" "app" {
  name                 = "app"
  path                 = "/app/"
  description          = var.description
  max_session_duration = var.session
  permissions_boundary = aws_iam_policy.boundary.arn
  tags                 = { team = var.team }
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.deployer.arn } },
      {
        Effect    = "Allow", Action = "sts:AssumeRoleWithWebIdentity"
        Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
        Condition = { StringEquals = { "cluster.example/id/1:sub" = "system:serviceaccount:default:app" } }
      },
    ]
  })
}

resource "aws_iam_role_policy" "app" {
  name   = "list"
  role   = aws_iam_role.app.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "secretsmanager:ListSecrets", Resource = "*" }] })
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_user" "deployer" {
  name          = "deployer"
  force_destroy = true
  tags          = { team = var.team }
}

resource "aws_iam_access_key" "deployer" { user = aws_iam_user.deployer.name }

resource "aws_iam_user_policy" "deployer" {
  name   = "assume"
  user   = aws_iam_user.deployer.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.app.arn }] })
}

resource "aws_iam_user_policy_attachment" "deployer" {
  user       = aws_iam_user.deployer.name
  policy_arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
}

resource "aws_iam_group" "team" { name = "team" }

resource "aws_iam_group_policy" "team" {
  name   = "list"
  group  = aws_iam_group.team.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "kms:ListKeys", Resource = "*" }] })
}

resource "aws_iam_group_policy_attachment" "team" {
  group      = aws_iam_group.team.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_group_membership" "team" {
  name  = "team"
  group = aws_iam_group.team.name
  users = [aws_iam_user.deployer.name]
}

resource "aws_iam_openid_connect_provider" "cluster" {
  url             = "https://cluster.example/id/1"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["0123456789012345678901234567890123456789"]
  tags            = { team = var.team }
}

resource "aws_iam_account_alias" "this" { account_alias = "coffer-terraform" }

# --- keys -----------------------------------------------------------------------------------------------------------

resource "aws_kms_key" "app" {
  description             = var.description
  enable_key_rotation     = true
  rotation_period_in_days = 180
  deletion_window_in_days = 7
  tags                    = { team = var.team }
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Account", Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::${local.account}:root" } },
      { Sid = "Deployer", Effect = "Allow", Action = "kms:DescribeKey", Resource = "*", Principal = { AWS = aws_iam_user.deployer.arn } },
    ]
  })
}

resource "aws_kms_alias" "app" {
  name          = "alias/app"
  target_key_id = aws_kms_key.app.key_id
}

resource "aws_kms_grant" "app" {
  name              = "app"
  key_id            = aws_kms_key.app.key_id
  grantee_principal = aws_iam_role.app.arn
  operations        = ["Decrypt", "DescribeKey"]
  constraints { encryption_context_subset = { app = "db" } }
}

resource "aws_kms_key" "other" {
  description             = "its policy is a resource of its own"
  deletion_window_in_days = 7
}

resource "aws_kms_key_policy" "other" {
  key_id = aws_kms_key.other.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "kms:*", Resource = "*", Principal = { AWS = "arn:aws:iam::${local.account}:root" } }]
  })
}

resource "aws_kms_ciphertext" "app" {
  key_id    = aws_kms_key.app.key_id
  plaintext = var.value
  context   = { app = "db" }
}

# --- secrets --------------------------------------------------------------------------------------------------------

resource "aws_secretsmanager_secret" "db" {
  name                    = "app/db"
  description             = var.description
  kms_key_id              = aws_kms_key.app.arn
  recovery_window_in_days = 0
  tags                    = { team = var.team }
  dynamic "replica" {
    for_each = var.replicas
    content { region = replica.value }
  }
}

resource "aws_secretsmanager_secret_version" "db" {
  secret_id     = aws_secretsmanager_secret.db.id
  secret_string = var.value
}

resource "aws_secretsmanager_secret_policy" "db" {
  secret_arn          = aws_secretsmanager_secret.db.arn
  block_public_policy = true
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = var.actions, Resource = "*", Principal = { AWS = aws_iam_role.app.arn } }]
  })
}

resource "aws_secretsmanager_secret" "binary" {
  name                    = "app/binary"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "binary" {
  secret_id      = aws_secretsmanager_secret.binary.id
  secret_binary  = base64encode(var.value)
  version_stages = ["AWSCURRENT", "blue"]
}

data "aws_secretsmanager_random_password" "this" {
  password_length     = 40
  exclude_punctuation = true
}

# --- what is read back ----------------------------------------------------------------------------------------------

data "aws_secretsmanager_secret_version" "db" {
  secret_id  = aws_secretsmanager_secret.db.id
  depends_on = [aws_secretsmanager_secret_version.db]
}

data "aws_secretsmanager_secret" "db" {
  name       = "app/db"
  depends_on = [aws_secretsmanager_secret.db]
}

data "aws_kms_key" "app" { key_id = aws_kms_alias.app.name }
data "aws_kms_alias" "app" { name = aws_kms_alias.app.name }
data "aws_iam_role" "app" { name = aws_iam_role.app.name }
data "aws_iam_user" "deployer" { user_name = aws_iam_user.deployer.name }

data "aws_iam_group" "team" {
  group_name = aws_iam_group.team.name
  depends_on = [aws_iam_group_membership.team]
}

output "read" {
  sensitive = true
  value = {
    value      = data.aws_secretsmanager_secret_version.db.secret_string
    secret     = data.aws_secretsmanager_secret.db.arn
    key        = data.aws_kms_key.app.arn
    aliased    = data.aws_kms_alias.app.target_key_arn
    role       = data.aws_iam_role.app.arn
    boundary   = data.aws_iam_role.app.permissions_boundary
    team       = [for user in data.aws_iam_group.team.users : user.user_name]
    key_id     = aws_iam_access_key.deployer.id
    secret_key = aws_iam_access_key.deployer.secret
  }
}
