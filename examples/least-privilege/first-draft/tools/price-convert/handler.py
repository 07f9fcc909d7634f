"""Converts a price in dollars to euros, at the rate in the Parameter Store."""
import json
import os

import boto3

ssm = boto3.client("ssm")


def handler(event, _context):
    (rates,) = ssm.get_parameters(Names=[os.environ["RATES"]])["Parameters"]
    return {"euros": round(event["amount"] * json.loads(rates["Value"])["USD"], 2)}
