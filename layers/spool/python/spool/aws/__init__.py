"""The ports of `spool.services` as AWS has them. Only here is the AWS SDK imported."""
