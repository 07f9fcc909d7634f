"""Converts a price in dollars to euros, at the rate in the Parameter Store."""
import json
import os

import boto3

ssm = boto3.client("ssm")


def handler(event, _context):
    rates = json.loads(ssm.get_parameter(Name=os.environ["RATES"])["Parameter"]["Value"])
    return {"euros": round(event["amount"] * rates["USD"], 2)}
