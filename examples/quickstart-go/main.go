// The quickstart in Go: the same app, and so the same template, as examples/quickstart/app.ts.
// Run it in the root of the repository: the tools are found from there.
package main

import (
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/jsii-runtime-go"
	mcp "github.com/cdk-secure-mcp/cdk-secure-mcp-go/cdksecuremcp"
)

var tools = filepath.Join("examples", "quickstart", "tools")

func build(app awscdk.App) awscdk.Stack {
	stack := awscdk.NewStack(app, jsii.String("OrderSupport"), nil)
	orders := ordersTable(stack)

	gateway := mcp.NewSecureMcpGateway(stack, jsii.String("Gateway"), &mcp.SecureMcpGatewayProps{
		GatewayName: jsii.String("order-support"),
		Inbound:     mcp.Inbound_Cognito(nil),
	})

	lookup := gateway.AddTool(jsii.String("order-lookup"), &mcp.ToolOptions{
		Description: jsii.String("Look up one order by its id"),
		Input:       input("order-lookup"),
		Handler:     handler("order-lookup"),
		Access:      &map[string]mcp.DeclaredAccess{"ORDERS": mcp.Access_Table(orders).Get(nil)},
	})
	list := gateway.AddTool(jsii.String("order-list"), &mcp.ToolOptions{
		Description: jsii.String("List the orders of one customer"),
		Input:       input("order-list"),
		Handler:     handler("order-list"),
		Access: &map[string]mcp.DeclaredAccess{
			"ORDERS": mcp.Access_Table(orders).Query(&mcp.TableQueryOptions{Index: jsii.String("byCustomer")}),
		},
	})
	refund := gateway.AddTool(jsii.String("order-refund"), &mcp.ToolOptions{
		Description: jsii.String("Refund an amount of one order"),
		Risk:        mcp.ToolRisk_DESTRUCTIVE,
		Input:       input("order-refund"),
		Handler:     handler("order-refund"),
		Access:      &map[string]mcp.DeclaredAccess{"ORDERS": mcp.Access_Table(orders).Update(nil)},
	})

	support := gateway.AddAgent(jsii.String("support"))
	reporting := gateway.AddAgent(jsii.String("reporting"))
	lookup.Permit(support, nil)
	list.Permit(support, nil)
	list.Permit(reporting, nil)
	refund.Permit(support, &mcp.PermitOptions{
		When: &[]mcp.ToolCondition{refund.Arg(jsii.String("amount")).Between(jsii.Number(0.01), jsii.Number(500))},
	})

	awscdk.Validations_Of(app).AddPlugins(mcp.NewFourLayerChecks(app, nil))
	return stack
}

func input(tool string) mcp.ToolSchema {
	return mcp.ToolSchema_FromFile(jsii.String(filepath.Join(tools, tool+".schema.json")))
}

func handler(tool string) mcp.ToolHandler {
	return mcp.ToolHandler_FromEntry(jsii.String(filepath.Join(tools, tool+".ts")))
}

func ordersTable(stack awscdk.Stack) awsdynamodb.Table {
	table := awsdynamodb.NewTable(stack, jsii.String("Orders"), &awsdynamodb.TableProps{
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("orderId"), Type: awsdynamodb.AttributeType_STRING},
		BillingMode:  awsdynamodb.BillingMode_PAY_PER_REQUEST,
		Encryption:   awsdynamodb.TableEncryption_AWS_MANAGED,
		PointInTimeRecoverySpecification: &awsdynamodb.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: jsii.Bool(true),
		},
		DeletionProtection: jsii.Bool(true),
		RemovalPolicy:      awscdk.RemovalPolicy_RETAIN,
	})
	table.AddGlobalSecondaryIndex(&awsdynamodb.GlobalSecondaryIndexProps{
		IndexName:    jsii.String("byCustomer"),
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("customerId"), Type: awsdynamodb.AttributeType_STRING},
		SortKey:      &awsdynamodb.Attribute{Name: jsii.String("placedAt"), Type: awsdynamodb.AttributeType_STRING},
	})
	return table
}

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	build(app)
	app.Synth(nil)
}
