"""Synthesizes the CDK application and deploys its templates, as the CDK CLI would."""
