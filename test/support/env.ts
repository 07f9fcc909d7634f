// The CloudFormation validator of aws-cdk-lib costs 1.8 s per test file; `npm run test:templates` runs it for all.
process.env.CDK_VALIDATION ??= 'false';
