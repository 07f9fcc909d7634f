import { DEFAULT_OPTIONS } from '../../lib/rules/options';

// The CloudFormation validator of aws-cdk-lib costs 1.8 s per test file; `npm run test:templates` runs it for all.
process.env.CDK_VALIDATION ??= 'false';

// Runtimes come near the end of their support and acknowledgments expire: no test may turn red with the calendar.
Object.assign(DEFAULT_OPTIONS, { today: '2026-11-24' });
