import { awsError, readCall } from '../../../lib/local/aws/aws-call';

const request = (more: object) => ({ method: 'POST', url: '/', headers: {}, body: Buffer.from('{}'), ...more });
const scope = (service: string) => ({ accessKeyId: 'ASIA', region: 'us-east-1', service });

test.each([
  [
    'JSON',
    request({ headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, body: Buffer.from('{"TableName":"t"}') }),
    'dynamodb',
    { operation: 'GetItem', input: { TableName: 't' }, protocol: 'json' },
  ],
  [
    'a form',
    request({
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: Buffer.from('Action=AssumeRole&RoleArn=arn'),
    }),
    'sts',
    { operation: 'AssumeRole', input: { Action: 'AssumeRole', RoleArn: 'arn' }, protocol: 'query' },
  ],
  [
    'Invoke of Lambda',
    request({ url: '/2015-03-31/functions/my%3Afn/invocations?Qualifier=live', body: Buffer.from('{"a":1}') }),
    'lambda',
    {
      operation: 'Invoke',
      input: { FunctionName: 'my:fn', Qualifier: 'live', Payload: '{"a":1}' },
      protocol: 'rest-json',
    },
  ],
  [
    'another path of Lambda',
    request({ url: '/2015-03-31/functions/fn/policy' }),
    'lambda',
    { operation: undefined, protocol: 'rest-json' },
  ],
  ['S3', request({ method: 'GET', url: '/bucket/key' }), 's3', { operation: undefined, protocol: 'rest-xml' }],
])('%s is read', (_what, incoming, service, call) => {
  const read = readCall(incoming, scope(service));

  expect({ ...read, operation: read?.operation }).toMatchObject({ service, ...call });
});

test.each(['not json', '[]', '"text"', 'null'])('a JSON call whose body is %s is no call', (body) => {
  const incoming = request({ headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, body: Buffer.from(body) });

  expect(readCall(incoming, scope('dynamodb'))).toBeUndefined();
});

test.each([
  [
    'json',
    400,
    { 'content-type': 'application/x-amz-json-1.0' },
    /"__type":"com\.amazon\.coral\.service#AccessDeniedException"/,
  ],
  ['rest-json', 403, { 'x-amzn-errortype': 'AccessDeniedException' }, /"Message":"a <b>"/],
  ['query', 403, { 'content-type': 'text/xml' }, /<Code>AccessDenied<\/Code><Message>a &#60;b&#62;<\/Message>/],
  ['rest-xml', 403, { 'content-type': 'application/xml' }, /^<\?xml.*<Error><Code>AccessDenied<\/Code>/],
] as const)('a denial in %s is one that the SDK reads', (protocol, status, headers, body) => {
  const error = awsError(protocol, 403, 'AccessDeniedException', 'a <b>');

  expect(error).toMatchObject({ status, headers, body: expect.stringMatching(body) });
});
