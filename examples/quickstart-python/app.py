"""The quickstart in Python: the same app, and so the same template, as examples/quickstart/app.ts."""

import os

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from cdk_secure_mcp import (
    Access,
    FourLayerChecks,
    Inbound,
    SecureMcpGateway,
    ToolHandler,
    ToolRisk,
    ToolSchema,
)

TOOLS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "quickstart", "tools")


def build(app: cdk.App) -> cdk.Stack:
    stack = cdk.Stack(app, "OrderSupport")
    orders = orders_table(stack)

    def tool(name: str) -> dict:
        return {
            "input": ToolSchema.from_file(os.path.join(TOOLS, f"{name}.schema.json")),
            "handler": ToolHandler.from_entry(os.path.join(TOOLS, f"{name}.ts")),
        }

    gateway = SecureMcpGateway(stack, "Gateway", gateway_name="order-support", inbound=Inbound.cognito())

    lookup = gateway.add_tool(
        "order-lookup",
        description="Look up one order by its id",
        access={"ORDERS": Access.table(orders).get()},
        **tool("order-lookup"),
    )
    list_ = gateway.add_tool(
        "order-list",
        description="List the orders of one customer",
        access={"ORDERS": Access.table(orders).query(index="byCustomer")},
        **tool("order-list"),
    )
    refund = gateway.add_tool(
        "order-refund",
        description="Refund an amount of one order",
        risk=ToolRisk.DESTRUCTIVE,
        access={"ORDERS": Access.table(orders).update()},
        **tool("order-refund"),
    )

    support = gateway.add_agent("support")
    reporting = gateway.add_agent("reporting")
    lookup.permit(support)
    list_.permit(support)
    list_.permit(reporting)
    refund.permit(support, when=[refund.arg("amount").between(0.01, 500)])

    cdk.Validations.of(app).add_plugins(FourLayerChecks(app))
    return stack


def orders_table(stack: cdk.Stack) -> dynamodb.Table:
    table = dynamodb.Table(
        stack,
        "Orders",
        partition_key=dynamodb.Attribute(name="orderId", type=dynamodb.AttributeType.STRING),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        deletion_protection=True,
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    table.add_global_secondary_index(
        index_name="byCustomer",
        partition_key=dynamodb.Attribute(name="customerId", type=dynamodb.AttributeType.STRING),
        sort_key=dynamodb.Attribute(name="placedAt", type=dynamodb.AttributeType.STRING),
    )
    return table


if __name__ == "__main__":
    application = cdk.App()
    build(application)
    application.synth()
