/**
 * The walls of docs/architecture.md: a folder of lib/ may import itself and what is listed here, nothing else.
 * `test/meta/zones.test.ts` plants a wrong import into each zone and expects it to be refused.
 */
const MAY_IMPORT = {
  protocol: [],
  core: ['protocol'],
  analysis: ['core', 'protocol'],
  assembly: ['core', 'protocol'],
  rules: ['assembly', 'core', 'protocol'],
  runtime: ['protocol'],
  local: ['rules', 'assembly', 'core', 'protocol'],
  testing: ['assembly', 'core', 'protocol'],
  network: ['core', 'protocol'],
  inbound: ['network', 'core', 'protocol'],
  outbound: ['network', 'core', 'protocol'],
  targets: ['outbound', 'network', 'core', 'protocol'],
  authorization: ['core', 'protocol'],
  'least-privilege': ['analysis', 'core', 'protocol'],
  interceptors: ['least-privilege', 'core', 'protocol'],
  nag: ['rules', 'assembly', 'core', 'protocol'],
  cli: ['local', 'rules', 'analysis', 'assembly', 'core', 'protocol'],
};
/** Inside lib/local: one folder for each step of a call, and what it may import of the others. */
const LOCAL_MAY_IMPORT = {
  common: [],
  model: [],
  issuer: ['model', 'common'],
  inbound: ['model', 'common'],
  outbound: ['model', 'common'],
  lambda: ['model', 'common'],
  authorization: ['outbound', 'model', 'common'],
  interceptors: ['outbound', 'lambda', 'model', 'common'],
  aws: ['outbound', 'model', 'common'],
  mcp: ['inbound', 'issuer', 'authorization', 'interceptors', 'outbound', 'lambda', 'model', 'common'],
};
const WITHOUT_CDK = ['protocol', 'core', 'analysis', 'assembly', 'rules', 'runtime', 'local', 'testing', 'cli'];
const WITHOUT_IO = ['protocol', 'core', 'analysis', 'rules', 'runtime'];

const zone = (folder) => `^lib/${folder}/`;

module.exports = {
  forbidden: [
    ...Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
      name: `zone-${folder}`,
      comment: `lib/${folder} may import: itself${allowed.map((a) => `, ${a}`).join('')}`,
      severity: 'error',
      from: { path: zone(folder) },
      to: { path: '^lib/', pathNot: [folder, ...allowed].map(zone) },
    })),
    ...Object.entries(LOCAL_MAY_IMPORT).map(([folder, allowed]) => ({
      name: `local-${folder}`,
      comment: `lib/local/${folder} may import of lib/local: itself${allowed.map((a) => `, ${a}`).join('')}`,
      severity: 'error',
      from: { path: zone(`local/${folder}`) },
      to: { path: '^lib/local/', pathNot: [folder, ...allowed].map((a) => zone(`local/${a}`)) },
    })),
    {
      name: 'cdk-only-in-constructs',
      comment: 'these folders treat CloudFormation, IAM and Cedar as data',
      severity: 'error',
      from: { path: `^lib/(${WITHOUT_CDK.join('|')})/` },
      to: { path: '(^|/)node_modules/(aws-cdk-lib|constructs|cdk-nag)/' },
    },
    {
      name: 'no-io-in-pure-folders',
      comment: 'pure folders are handed what they need; core/cedar/engine.ts may read V8 flags',
      severity: 'error',
      from: { path: `^lib/(${WITHOUT_IO.join('|')})/`, pathNot: '^lib/core/cedar/engine\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|util|url|buffer|vm)$' },
    },
    {
      name: 'one-cedar-importer',
      comment: 'the engine pins the known traps of cedar-wasm in one place',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/core/cedar/engine\\.ts$' },
      to: { path: '(^|/)node_modules/@cedar-policy/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'lib-not-from-outside',
      comment: 'the library never reaches into bin, examples, test or scripts',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(bin|examples|test|scripts|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'], exportsFields: ['exports'], conditionNames: ['require', 'node', 'default'] },
  },
};
