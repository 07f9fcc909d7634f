import { analyzePython } from '../../lib/analysis/analyze-python';
import type { HandlerAnalysis } from '../../lib/analysis/handler-analysis';
import { parsePython } from '../../lib/analysis/python/syntax';
import { lines } from './bundle';

function analyze(
  source: string,
  more: { [path: string]: string } = {},
  libraries: { [name: string]: boolean } = {},
): HandlerAnalysis {
  return analyzePython({
    files: new Map(Object.entries({ 'handler.py': source, ...more })),
    libraryCallsAws: (name) => libraries[name],
    folder: '',
    handler: 'handler.handler',
  });
}

const IMPORTS = 'import os, boto3\n';
const handler = (body: string) => `${IMPORTS}def handler(event, context):\n    ${body.replaceAll('\n', '\n    ')}\n`;

/** Ways to write a call with boto3. */
test.each<[string, string, string[]]>([
  [
    'a client',
    handler("boto3.client('dynamodb').get_item(TableName=os.environ['T'], Key={'id': {'S': event['id']}})"),
    ['may dynamodb:GetItem T handler.py:3'],
  ],
  [
    'a table of the resource, with default and alias',
    "import os\nimport boto3 as aws\nfrom os import environ\ntable = aws.resource('dynamodb').Table(environ.get('T', 'orders'))\nput = table.put_item\ndef handler(event, context):\n    table.update_item(Key={})\n    os.getenv('X')\n",
    ['may dynamodb:UpdateItem T handler.py:7'],
  ],
  [
    'a session',
    handler(
      "session = boto3.session.Session(region_name='eu-west-1')\nsqs = session.client(service_name='sqs')\nsqs.send_message(QueueUrl=os.environ['Q'], MessageBody='m')",
    ),
    ['may sqs:SendMessage Q handler.py:5'],
  ],
  [
    'a paginator on an index, and a waiter',
    handler(
      "ddb = boto3.client('dynamodb')\nfor page in ddb.get_paginator('query').paginate(TableName=os.environ['T'], IndexName='byDate'):\n    print(page)\nddb.get_waiter('table_exists').wait(TableName=os.environ['U'])",
    ),
    ['may dynamodb:Query T /index/byDate handler.py:4', 'may dynamodb:DescribeTable U handler.py:6'],
  ],
  [
    'presigned URLs',
    handler(
      "s3 = boto3.client('s3')\ns3.generate_presigned_url('get_object', Params={'Bucket': os.environ['B'], 'Key': f\"out/{event['id']}\"})\ns3.generate_presigned_post(os.environ['B'], 'in/a.txt')",
    ),
    ['may s3:GetObject B /out/* handler.py:4', 'may s3:PutObject B /in/a.txt handler.py:5'],
  ],
  [
    'transfers and a copy',
    handler(
      "s3 = boto3.client('s3')\ns3.upload_file('/tmp/a', os.environ['B'], 'in/a')\ns3.copy_object(Bucket=os.environ['B'], Key='x', CopySource={'Bucket': os.environ['A'], 'Key': 'y'})\ns3.download_fileobj(Bucket=os.environ['A'], Key='z', Fileobj=None)",
    ),
    [
      'may s3:AbortMultipartUpload B /in/a handler.py:4',
      'may s3:PutObject B /in/a handler.py:4',
      'may s3:GetObject A /y handler.py:5',
      'may s3:PutObject B /x handler.py:5',
      'may s3:GetObject A /z handler.py:6',
    ],
  ],
  [
    'objects of the resource, and a listing that is read',
    handler(
      "bucket = boto3.resource('s3').Bucket(os.environ['B'])\nbucket.Object('a').put(Body='')\nfor item in bucket.objects.filter(Prefix='in/'):\n    item.get()",
    ),
    ['may s3:PutObject B /a handler.py:4', 'may s3:ListBucket B handler.py:5', 'may s3:GetObject B /* handler.py:6'],
  ],
  [
    'a batch writer',
    handler(
      "with boto3.resource('dynamodb').Table(os.environ['T']).batch_writer() as batch:\n    batch.put_item(Item={})",
    ),
    ['may dynamodb:BatchWriteItem T handler.py:3'],
  ],
  [
    'a transaction with parameters in a dictionary',
    handler(
      "items = [{'Put': {'TableName': os.environ['T'], 'Item': {}}}]\nitems.append({'ConditionCheck': {'TableName': os.environ['U']}})\nparameters = {'TransactItems': items}\nboto3.client('dynamodb').transact_write_items(**parameters)",
    ),
    ['may dynamodb:ConditionCheckItem U handler.py:6', 'may dynamodb:PutItem T handler.py:6'],
  ],
  [
    'a class with inheritance, a property and arguments by name',
    `${IMPORTS}
class Base:
    client = boto3.client('dynamodb')
    def __init__(self, table):
        self._table = table
    @property
    def table(self):
        return self._table
class Orders(Base):
    def __init__(self, *, name):
        super().__init__(name)
    def find(self, id):
        return self.client.get_item(TableName=self.table, Key=id)
def handler(event, context):
    return Orders(name=os.environ['T']).find(event['id'])
`,
    ['may dynamodb:GetItem T handler.py:14'],
  ],
  [
    'a dataclass, a lambda, a comprehension and a decorator',
    `${IMPORTS}
from dataclasses import dataclass
from functools import wraps, partial
@dataclass
class Config:
    table: str
    queue: str = 'none'
def logged(fn):
    @wraps(fn)
    def wrapper(*args, **kwargs):
        boto3.client('sns').publish(TopicArn=os.environ['N'], Message='m')
        return fn(*args, **kwargs)
    return wrapper
config = Config(table=os.environ['T'])
read = lambda table, key: boto3.client('dynamodb').get_item(TableName=table, Key=key)
@logged
def handler(event, context):
    first = partial(read, config.table)
    return {k: v for k, v in [(id, first(id)) for id in event['ids'] if id]}
`,
    ['may sns:Publish N handler.py:12', 'may dynamodb:GetItem T handler.py:16'],
  ],
  [
    'an async session',
    `import os, aioboto3
async def handler(event, context):
    async with aioboto3.Session().client('secretsmanager') as sm:
        return await sm.get_secret_value(SecretId=os.environ['S'])
`,
    ['may secretsmanager:GetSecretValue S handler.py:4'],
  ],
  [
    'services whose name differs',
    handler(
      "boto3.client('stepfunctions').start_execution(stateMachineArn=os.environ['M'])\nboto3.client('events').put_events(Entries=[{'EventBusName': os.environ['B']}])\nboto3.client('bedrock-runtime').converse(modelId=os.environ['L'], messages=[])",
    ),
    [
      'may states:StartExecution M handler.py:3',
      'may events:PutEvents B handler.py:4',
      'may bedrock:InvokeModel L handler.py:5',
    ],
  ],
  [
    'a name that SDKs write differently',
    handler("boto3.client('sns').get_sms_attributes()"),
    ['may sns:GetSMSAttributes <unknown> handler.py:3'],
  ],
  [
    'an instance that is called, a context manager and a method that Python calls itself',
    `${IMPORTS}
class Store:
    def __init__(self, client=None):
        self.table = (client or boto3.resource('dynamodb')).Table(os.environ.get('T') or 'orders')
    def __call__(self, event):
        return self.table.get_item(Key={'id': event['id']})
    def __getitem__(self, key):
        return self.table.query(Key=key)
class Connection:
    def __enter__(self):
        return boto3.client('s3')
    def __exit__(self, *args):
        boto3.client('sqs').send_message(QueueUrl=os.environ['Q'], MessageBody='closed')
def handler(event, context):
    with Connection() as s3:
        s3.get_object(Bucket=os.environ['B'], Key='a')
    return Store()(event)
`,
    [
      'may dynamodb:GetItem T handler.py:7',
      'may dynamodb:Query T handler.py:9',
      'may sqs:SendMessage Q handler.py:14',
      'may s3:GetObject B /a handler.py:17',
    ],
  ],
  [
    'threads, a router of Powertools, and functions picked from a dictionary',
    `import os, boto3
from concurrent.futures import ThreadPoolExecutor
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
app = APIGatewayRestResolver()
s3 = boto3.client('s3')
@app.get('/orders/<id>')
def get(id: str):
    return s3.get_object(Bucket=os.environ['A'], Key='one')
def load(key): return s3.head_object(Bucket=os.environ['B'], Key='two')
def drop(event): return s3.delete_object(Bucket=os.environ['C'], Key='three')
ROUTES = {'drop': drop}
def handler(event, context):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(load, event['keys']))
    ROUTES[event['op']](event)
    return app.resolve(event, context)
`,
    [
      'may s3:GetObject A /one handler.py:8',
      'may s3:GetObject B /two handler.py:9',
      'may s3:DeleteObject C /three handler.py:10',
    ],
  ],
  [
    'Powertools',
    `import os
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters import get_secret
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, idempotent
logger = Logger()
layer = DynamoDBPersistenceLayer(table_name=os.environ['I'])
@logger.inject_lambda_context
@idempotent(persistence_store=layer)
def handler(event, context):
    parameters.get_parameter(os.environ['P'])
    get_secret(name=os.environ['S'])
`,
    [
      'may dynamodb:DeleteItem I handler.py:7',
      'may dynamodb:GetItem I handler.py:7',
      'may dynamodb:PutItem I handler.py:7',
      'may dynamodb:UpdateItem I handler.py:7',
      'may ssm:GetParameter P handler.py:11',
      'may secretsmanager:GetSecretValue S handler.py:12',
    ],
  ],
  [
    'functions that builtins call',
    `import os, boto3
ddb = boto3.client('dynamodb')
def rank(item): return ddb.get_item(TableName=os.environ['A'])
def read(): return ddb.scan(TableName=os.environ['B'])
def load(table, key): return ddb.query(TableName=table)
def handler(event, context):
    items = [1, 2]
    items.sort(key=lambda item: ddb.put_item(TableName=os.environ['C']))
    for page in iter(read, None): print(page)
    list(map(load, [os.environ['D']], event['keys']))
    best = max(items, key=lambda item: ddb.update_item(TableName=os.environ['E']), default=None)
    return sorted(event['items'], key=rank)
`,
    [
      'may dynamodb:GetItem A handler.py:3',
      'may dynamodb:Scan B handler.py:4',
      'may dynamodb:Query D handler.py:5',
      'may dynamodb:PutItem C handler.py:8',
      'may dynamodb:UpdateItem E handler.py:11',
    ],
  ],
  [
    'methods that know their instance, wherever they are called',
    `import os, boto3
from concurrent.futures import ThreadPoolExecutor
class Orders:
    def __init__(self, name):
        self.table = boto3.resource('dynamodb').Table(name)
        self.routes = {'get': self.get, 'drop': self.drop}
    def get(self, key): return self.table.get_item(Key=key)
    def drop(self, key): return self.table.delete_item(Key=key)
    def handle(self, event, context):
        self.routes[event['route']](event['key'])
        with ThreadPoolExecutor() as pool:
            pool.submit(retry, self.table.query, IndexName='byDate')
            pool.submit(other.load, {})
            pool.map(other.table.put_item, [])
def retry(call, **parameters): return call(**parameters)
class Other(Orders):
    def load(self, key): return super().get(key)
other = Other(os.environ['O'])
handler = Orders(os.environ['T']).handle
`,
    [
      'may dynamodb:GetItem T handler.py:7',
      'may dynamodb:GetItem O handler.py:7',
      'may dynamodb:DeleteItem T handler.py:8',
      'may dynamodb:Query T /index/byDate handler.py:12',
      'may dynamodb:PutItem O handler.py:14',
      'may dynamodb:Query T|<unknown> /index/*|/index/byDate handler.py:15',
    ],
  ],
  [
    'classes of others that call methods, and sessions with methods of their own',
    `import os, boto3, threading, json
from abc import ABC, abstractmethod
from typing import Generic, TypeVar
class Worker(threading.Thread):
    def __init__(self, key):
        super().__init__()
        self.client = boto3.client('s3')
        self.key = key
    def run(self): self.client.get_object(Bucket=os.environ['B'], Key='in')
class Session(boto3.Session):
    def queue(self): return self.client('sqs')
class Base(ABC, Generic[TypeVar('T')]):
    @abstractmethod
    def step(self): pass
    def unused(self): pass
    def work(self): return self.step()
class Step(Base[int]):
    def step(self): Session().queue().send_message(QueueUrl=os.environ['Q'])
class Encoder(json.JSONEncoder):
    topic = None
    def default(self, value): return self.topic.publish(Message='m')
Encoder.topic = boto3.resource('sns').Topic(os.environ['N'])
def handler(event, context):
    Worker(event['key']).start()
    Step().work()
    return json.dumps(event, cls=Encoder)
`,
    ['may s3:GetObject B /in handler.py:9', 'may sqs:SendMessage Q handler.py:18', 'may sns:Publish N handler.py:21'],
  ],
  [
    'properties that are set, and made by a call',
    `import os, boto3
class Order:
    def __init__(self, client): self.client = client
    @property
    def note(self): return self.client.get_item(TableName=os.environ['A'])
    @note.setter
    def note(self, text): self.client.put_item(TableName=os.environ['B'])
    def read(self): return self.client.scan(TableName=os.environ['C'])
    def write(self, text): return self.client.update_item(TableName=os.environ['D'])
    total = property(read, write)
def handler(event, context):
    order = Order(boto3.client('dynamodb'))
    order.note = order.note + order.total
    order.total = 1
`,
    [
      'may dynamodb:GetItem A handler.py:5',
      'may dynamodb:PutItem B handler.py:7',
      'may dynamodb:Scan C handler.py:8',
      'may dynamodb:UpdateItem D handler.py:9',
    ],
  ],
  [
    'generators, and threads with arguments',
    `import os, boto3, threading
def clients():
    yield boto3.client('dynamodb')
def tables():
    yield os.environ['A']
    yield from [os.environ['B']]
def drop(client, key): client.delete_item(TableName=os.environ['C'], Key=key)
def handler(event, context):
    client = next(clients())
    for table in tables(): client.scan(TableName=table)
    threading.Thread(target=drop, args=(client, 'a')).start()
    threading.Timer(1, client.query, kwargs={'TableName': os.environ['D']}).start()
`,
    [
      'may dynamodb:DeleteItem C handler.py:7',
      'may dynamodb:Scan A|B handler.py:10',
      'may dynamodb:Query D handler.py:12',
    ],
  ],
  [
    'resources that are listed, made, loaded and handed out',
    `import os, boto3
s3 = boto3.resource('s3')
sqs = boto3.resource('sqs')
ddb = boto3.resource('dynamodb')
def handler(event, context):
    bucket = s3.Bucket(os.environ['A'])
    for item in bucket.objects: print(item.key)
    bucket.objects.filter(Prefix='old/').delete()
    for page in bucket.objects.page_size(10).pages():
        for item in page: item.Object().get()
    s3.Object(bucket_name=os.environ['B'], key='in').content_length
    queue = sqs.get_queue_by_name(QueueName=os.environ['Q'])
    for message in queue.receive_messages(): message.delete()
    table = ddb.create_table(TableName=os.environ['T'])
    print(table.item_count, ddb.Table(os.environ['U']).meta.client.get_item(TableName=table.name))
    for other in ddb.tables.all(): other.scan()
    boto3.client('s3').upload_file('/tmp/a', os.environ['C'], 'a', ExtraArgs={'Tagging': 'a=b'})
`,
    [
      'may s3:ListBucket A handler.py:7',
      'may s3:DeleteObject A /* handler.py:8',
      'may s3:ListBucket A handler.py:8',
      'may s3:ListBucket A handler.py:9',
      'may s3:GetObject A /* handler.py:10',
      'may s3:GetObject B /in handler.py:11',
      'may sqs:GetQueueUrl Q handler.py:12',
      'may sqs:DeleteMessage Q handler.py:13',
      'may sqs:ReceiveMessage Q handler.py:13',
      'may dynamodb:CreateTable T handler.py:14',
      'may dynamodb:DescribeTable T handler.py:15',
      'may dynamodb:GetItem T handler.py:15',
      'may dynamodb:ListTables  handler.py:16',
      'may dynamodb:Scan <unknown> handler.py:16',
      'may s3:AbortMultipartUpload C /a handler.py:17',
      'may s3:PutObject C /a handler.py:17',
      'may s3:PutObjectTagging C /a handler.py:17',
    ],
  ],
  [
    'class bodies, and what the standard library keeps',
    `import os, boto3
from collections import defaultdict, namedtuple
from contextlib import closing, ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from types import SimpleNamespace
from typing import cast
class Store:
    """Orders."""
    ddb = boto3.resource('dynamodb')
    table = ddb.Table(os.environ['A'])
    def count(self): return self.__class__.table.scan(Select='COUNT'), type(self).table.query()
    if os.environ.get('CACHE'):
        cache = ddb.Table(os.environ['B'])
    else:
        cache = None
    def read(self): return self.table.get_item(Key={})
    def clear(self): return self.cache.delete_item(Key={})
    CALLS = {'read': read}
@dataclass
class Config:
    table: str = field(default_factory=lambda: os.environ['C'])
Clients = namedtuple('Clients', 'ddb s3')
clients = Clients(boto3.client('dynamodb'), s3=cast(object, boto3.client('s3')))
by_name = defaultdict(lambda: boto3.client('sqs'))
shared = SimpleNamespace(topic=boto3.resource('sns').Topic(os.environ['N']))
def _ssm(): return boto3.client('ssm')
ssm = lru_cache(_ssm)
def handler(event, context):
    store = Store()
    store.CALLS[event['call']](store)
    store.clear()
    store.count()
    clients.ddb.scan(TableName=Config().table)
    by_name['x'].send_message(QueueUrl=os.environ['Q'])
    shared.topic.publish(Message='m')
    ssm().get_parameter(Name=os.environ['P'])
    with closing(clients.s3) as s3, ExitStack() as stack:
        s3.get_object(Bucket=os.environ['D'], Key='a')
        stack.enter_context(boto3.client('s3')).head_object(Bucket=os.environ['E'], Key='b')
`,
    [
      'may dynamodb:Query A handler.py:12',
      'may dynamodb:Scan A handler.py:12',
      'may dynamodb:GetItem A handler.py:17',
      'may dynamodb:DeleteItem B handler.py:18',
      'may dynamodb:Scan C handler.py:34',
      'may sqs:SendMessage Q handler.py:35',
      'may sns:Publish N handler.py:36',
      'may ssm:GetParameter P handler.py:37',
      'may s3:GetObject D /a handler.py:39',
      'may s3:GetObject E /b handler.py:40',
    ],
  ],
  [
    'sessions by any way to get one',
    `import os, boto3, botocore.session, botocore
from boto3 import *
first = botocore.session.get_session().create_client('sqs')
second = boto3._get_default_session().client('sns')
third = boto3.Session()._session.create_client('s3')
fourth = botocore.session.Session().create_client('dynamodb')
fifth = client('ssm')
def handler(event, context):
    first.send_message(QueueUrl=os.environ['Q'])
    second.publish(TopicArn=os.environ['N'])
    third.get_object(Bucket=os.environ['B'], Key='a')
    fourth.get_item(TableName=os.environ['T'])
    fifth.get_parameter(Name=os.environ['P'])
`,
    [
      'may sqs:SendMessage Q handler.py:9',
      'may sns:Publish N handler.py:10',
      'may s3:GetObject B /a handler.py:11',
      'may dynamodb:GetItem T handler.py:12',
      'may ssm:GetParameter P handler.py:13',
    ],
  ],
  [
    'Powertools from any of its modules',
    `import os
import aws_lambda_powertools.utilities.parameters
from aws_lambda_powertools.utilities.parameters.ssm import SSMProvider
from aws_lambda_powertools.utilities.parameters import AppConfigProvider, SecretsProvider
from aws_lambda_powertools.utilities.feature_flags import AppConfigStore, FeatureFlags
from aws_lambda_powertools.utilities.streaming.s3_object import S3Object
provider = SSMProvider()
flags = FeatureFlags(store=AppConfigStore(environment='live', application='shop', name=os.environ['F']))
def handler(event, context):
    aws_lambda_powertools.utilities.parameters.get_parameter(os.environ['P'])
    provider.get_multiple(os.environ['M'])
    AppConfigProvider(environment='live', application='shop').get(os.environ['A'])
    SecretsProvider().set(os.environ['S'], value='x')
    S3Object(bucket=os.environ['B'], key='k').read()
    return flags.evaluate(name='new', default=False)
`,
    [
      'may appconfig:GetLatestConfiguration F handler.py:8',
      'may appconfig:StartConfigurationSession F handler.py:8',
      'may ssm:GetParameter P handler.py:10',
      'may ssm:GetParametersByPath M handler.py:11',
      'may appconfig:GetLatestConfiguration A handler.py:12',
      'may appconfig:StartConfigurationSession A handler.py:12',
      'may secretsmanager:PutSecretValue S handler.py:13',
      'may s3:GetObject B /* handler.py:14',
      'may s3:GetObject B /* handler.py:14',
    ],
  ],
  [
    'a name from the caller',
    handler(
      "boto3.resource('dynamodb').Table(event.get('table')).scan()\nboto3.client('s3').get_object(Bucket='data-' + event['tenant'], Key='a')",
    ),
    ['may dynamodb:Scan <input> handler.py:3', 'may s3:GetObject <input> /a handler.py:4'],
  ],
  [
    'one of a list, by what the caller says',
    handler(
      "tables = {'a': os.environ['A'], 'b': os.environ['B']}\nboto3.client('dynamodb').scan(TableName=tables[event['kind']])",
    ),
    ['may dynamodb:Scan A|B handler.py:4'],
  ],
  [
    'branches, loops, exceptions, walrus and match',
    handler(
      "ddb = boto3.client('dynamodb')\ntry:\n    while (key := event.get('next')):\n        ddb.get_item(TableName=os.environ['A'], Key=key)\nexcept ddb.exceptions.ClientError as e:\n    ddb.put_item(TableName=os.environ['B'], Item={})\nmatch event['kind']:\n    case {'a': x}:\n        ddb.delete_item(TableName=os.environ['C'], Key=x)\n    case _:\n        pass",
    ),
    [
      'may dynamodb:GetItem A handler.py:6',
      'may dynamodb:PutItem B handler.py:8',
      'may dynamodb:DeleteItem C handler.py:11',
    ],
  ],
])('%s', (_name, source, expected) => {
  const analysis = analyze(source);

  expect(lines(analysis)).toEqual(expected);
  expect(analysis.unverifiable).toEqual([]);
  expect(analysis.unreached).toEqual([]);
});

/** One call of each that nothing is seen to make, and the line where it stands. */
test.each<[string, string, string]>([
  ['a method that nothing calls', "def remove():\n    boto3.client('dynamodb').delete_item()", 'dynamodb DeleteItem 3'],
  [
    'a client from somewhere else',
    'import context\ncontext.table.query()\ncontext.table.batch_writer()',
    'dynamodb Query 3, dynamodb BatchWriteItem 4',
  ],
  ['a client that is made in code that nothing calls', "def make():\n    return boto3.client('sqs')", 'sqs * 3'],
  ['one of any service', 'def make(name):\n    return boto3.client(name)', '* * 3'],
  ['a table of the resource', "def make(resource):\n    return resource.Table('a').delete()", 'dynamodb * 3'],
  ['objects of a bucket', 'def read(bucket):\n    return bucket.objects.all()', 's3 ListObjects 3'],
  ['a transfer', "def send(client):\n    return client.upload_file('a', 'b', 'c')", 's3 PutObject 3'],
  ['an operation by its name', "def call(client):\n    return getattr(client, 'scan')()", 'dynamodb Scan 3'],
  ['an operation by its name in a table', "NAMES = {'a': 'put_item'}", 'dynamodb PutItem 2'],
  ['a signature by hand', "KEY = f'AWS4{context}'", '* * 2'],
  [
    'an instance that a class makes by itself',
    'class One:\n    def __new__(cls):\n        one = object.__new__(cls)\n        one.client = make()\n        return one\n    def read(self): return self.client.get_item()\nOne().read()',
    'dynamodb GetItem 7',
  ],
  [
    'a function by its name among all',
    "client = boto3.client('dynamodb')\ndef read(): return client.scan()\nglobals()['read']()",
    'dynamodb Scan 3',
  ],
  [
    'a class of a class',
    "class Kind(type):\n    def __call__(cls): return boto3.client('dynamodb').query()\nclass Made(metaclass=Kind): pass\nMade()",
    'dynamodb Query 3',
  ],
  ['the way around all methods', 'def call(client):\n    return client._make_api_call()', '* * 3'],
])('%s is said with its place', (_name, source, expected) => {
  const analysis = analyze(`import boto3\n${source}\ndef handler(event, context): pass\n`, {}, { context: false });
  const found = analysis.unreached.map(({ service, operation, at }) => `${service} ${operation} ${at.line}`);

  expect(found).toEqual(expect.arrayContaining(expected.split(', ')));
  expect(analysis.used).toEqual([]);
});

test('a name of an operation in a table is followed, and any other of the table stays undecided', () => {
  const analysis = analyze(`
import os, boto3
from enum import Enum
class Call(Enum):
    GET = 'get_item'
    PUT = 'put_item'
def handler(event, context):
    return getattr(boto3.client('dynamodb'), Call.GET.value)(TableName=os.environ['T'])
`);

  expect(lines(analysis)).toEqual(['may dynamodb:GetItem T handler.py:8']);
  expect(analysis.unverifiable).toEqual([]);
  expect(analysis.unreached.map(({ operation }) => operation)).toEqual(['GetItem', 'PutItem']);
});

test('a name of one word, or of several services, is a guess; one that only AWS has is none', () => {
  const { unreached } = analyze(
    'def handler(event, context):\n    def unused(chain):\n        chain.invoke()\n        chain.tag_resource()\n        chain.put_item()\n',
  );

  expect(unreached.map(({ at, guessed }) => `${at.line} ${guessed}`)).toEqual(
    expect.arrayContaining(['3 true', '4 true', '5 undefined']),
  );
});

test('what is no call of AWS is not taken for one', () => {
  const analysis = analyze(`
class Search:
    def __init__(self, query):
        self.query = query
        self.scan = []
    def publish(self, text):
        return text + self.query
def handler(event, context):
    search = Search(event['query'])
    search.scan.append(search.publish('query'))
    for invoke in search.scan: print(invoke, {'scan': 1}['scan'])
`);

  expect(analysis).toEqual({ used: [], unverifiable: [], unreached: [] });
});

test('modules of the folder are followed, also relative ones, packages and stars', () => {
  const analysis = analyze(
    "from shared import storage\nfrom shared.clients import s3 as client, constants\nimport shared.audit\ndef handler(event, context):\n    storage.read(event['id'])\n    client.head_object(Bucket=constants.BUCKET, Key='a')\n    shared.audit.write()\n",
    {
      'shared/__init__.py': '',
      'shared/storage.py':
        "from .clients import *\ndef read(name):\n    s3.get_object(Bucket=BUCKET, Key=f'in/{name}')\ndef unused():\n    s3.delete_object(Bucket=BUCKET, Key='x')\n",
      'shared/clients/__init__.py': "import boto3\nfrom .constants import BUCKET\ns3 = boto3.client('s3')\n",
      'shared/clients/constants.py': "import os\nBUCKET = os.environ['B']\n",
      'shared/audit.py':
        "from . import storage\ndef write():\n    storage.s3.put_object(Bucket=storage.BUCKET, Key='log')\n",
      'not_imported.py': "import boto3\nboto3.client('sqs').purge_queue(QueueUrl='q')\n",
    },
  );

  expect(lines(analysis)).toEqual([
    'may s3:GetObject B /a handler.py:6',
    'may s3:PutObject B /log shared/audit.py:3',
    'may s3:GetObject B /in/* shared/storage.py:3',
  ]);
  expect(analysis.unverifiable).toEqual([]);
});

test.each<[string, string, string, string]>([
  ['a service by an unknown name', "boto3.client(event['service'])", '*', 'makes a client of a service by a name'],
  [
    'a method by an unknown name',
    "getattr(boto3.client('s3'), event['m'])()",
    's3',
    'calls a method of the client by a name',
  ],
  [
    'a paginator by an unknown name',
    "boto3.client('s3').get_paginator(event['m'])",
    's3',
    'calls get_paginator with a name',
  ],
  [
    'a resource that is not in the table',
    "boto3.resource('s3').MultipartUpload('a', 'b', 'c')",
    's3',
    'makes a s3.MultipartUpload',
  ],
  [
    'a method of a resource that is not in the table',
    "boto3.resource('dynamodb').Table('a').frobnicate()",
    'dynamodb',
    'reads frobnicate of a dynamodb.Table',
  ],
  [
    'an operation that is not in the map',
    "boto3.client('s3').frobnicate_bucket()",
    's3',
    'the permissions of FrobnicateBucket',
  ],
  ['a service that is not in the map', "boto3.client('braket').get_device()", '*', 'the permissions of GetDevice'],
  ['code from text', "eval(event['code'])", '*', 'runs code from text'],
  ['a client in other hands', "import json\njson.dumps(boto3.client('s3'))", 's3', 'hands the client to code'],
  ['a module that is not there', 'import pandas', '*', 'uses pandas, which is not in the folder'],
  ['a library that calls AWS', 'import awswrangler', '*', 'uses awswrangler, a library that calls AWS'],
  ['own signatures', 'from botocore.auth import SigV4Auth', '*', 'signs requests itself with botocore.auth'],
  ['another program', "import subprocess as sp\nsp.run(['aws'])", '*', 'uses run, which runs code'],
  ['another program by a function', 'from subprocess import check_output', '*', 'uses check_output, which runs code'],
  ['another program by the system', "os.system('aws')", '*', 'uses system, which runs code'],
  [
    'another program by a name that is put together',
    "getattr(os, event['how'])('aws')",
    '*',
    'takes something of a module',
  ],
  ['another program in place of this one', "os.execvp('aws', [])", '*', 'uses execvp, which runs code'],
  [
    'another program in a coroutine',
    "import asyncio\nasyncio.create_subprocess_exec('aws')",
    '*',
    'uses create_subprocess_exec, which runs code',
  ],
  ['native code', "import ctypes\nctypes.CDLL('libaws.so')", '*', 'uses CDLL, which runs code'],
  ['objects from data', "import pickle\npickle.loads(event['data'])", '*', 'uses loads, which runs code'],
  ['everything of a module', 'from pickle import *', '*', 'uses loads, which runs code'],
  ['a file as a program', "import runpy\nrunpy.run_path('/tmp/a.py')", '*', 'uses run_path, which runs code'],
  [
    'a module from a file',
    "import importlib.util\nimportlib.util.spec_from_file_location('a', 'b')",
    '*',
    'uses util, which runs code',
  ],
  ['a module by a name', "import importlib\nimportlib.import_module(event['m'])", '*', 'loads a module by a name'],
  ['builtins under another name', "import builtins\nbuiltins.exec('')", '*', 'uses exec, which runs code'],
  ['builtins in their dictionary', "__builtins__['exec']('')", '*', 'uses exec, which runs code'],
  ['credentials of the role', 'boto3.Session().get_credentials()', '*', 'takes the credentials of the role'],
  ['the inside of a client', "boto3.client('s3')._endpoint", 's3', 'reads _endpoint of the client'],
  [
    'a client in the context of Powertools',
    "from aws_lambda_powertools.event_handler import APIGatewayRestResolver\nAPIGatewayRestResolver().append_context(s3=boto3.client('s3'))",
    's3',
    'hands the client to code',
  ],
  ['what does not parse', 'x = = 1', '*', 'has a part that does not parse'],
])('what cannot be followed is said: %s', (_name, body, service, reason) => {
  const { unverifiable } = analyze(handler(body), {}, { awswrangler: true, requests: false });

  expect(unverifiable).toContainEqual({
    service,
    reason: expect.stringContaining(reason),
    at: { file: 'handler.py', line: expect.any(Number) },
  });
  expect(new Set(unverifiable.map((one) => one.service))).toEqual(new Set([service]));
});

test('what modules offer beside that hides nothing', () => {
  const { unverifiable } = analyze(
    handler(
      'import subprocess, pickle, importlib.metadata, asyncio\nsubprocess.PIPE\nexcept_ = subprocess.TimeoutExpired\npickle.dumps(event)\nos.path.join(os.getcwd(), os.linesep)\nasyncio.run(None)',
    ),
  );

  expect(unverifiable).toEqual([]);
});

test('a library that does not call AWS hides nothing', () => {
  expect(analyze(handler('import requests\nrequests.get("x")'), {}, { requests: false }).unverifiable).toEqual([]);
});

test('a handler that is not there is not taken as one without calls', () => {
  expect(analyze('def other(event, context): pass').unverifiable).toEqual([
    expect.objectContaining({ service: '*', reason: 'has no export "handler" that is a function' }),
  ]);
});

test('code that is cut off or made up never breaks the analysis, and its gaps are said', () => {
  const whole = handler(
    "s3 = boto3.client('s3', region_name=f\"{event['r']!r:>{10}}\")\nwith s3 as a, open('x') as b:\n    for i, (k, *rest) in enumerate([x for x in event if x]):\n        s3.get_object(**{'Bucket': os.environ['B'], **{}}, Key=lambda *a, k=1, **o: k)\ntry:\n    pass\nexcept (A, B) as e:\n    raise X from e\nmatch event:\n    case {'a': [1, *z]} if z:\n        pass",
  );
  const parts =
    `( ) [ ] { } : , . * ** = def class import from with as for in lambda x boto3 "a" f'{x}' @ if else async await match case try except return yield global not or % += := |`.split(
      ' ',
    );
  const cut = Array.from({ length: whole.length }, (_, index) => whole.slice(0, index));
  const made = Array.from({ length: 400 }, (_, seed) =>
    Array.from(
      { length: 3 + (seed % 12) },
      (_part, index) => parts[(seed * 7919 + index * 104_729) % parts.length],
    ).join(' '),
  );

  for (const source of [...cut, ...made]) {
    const { unverifiable } = analyze(source);
    const parses = parsePython(source).errorAt === undefined;
    expect([source, parses || unverifiable.length > 0]).toEqual([source, true]);
  }
  expect(analyze(whole).used).toHaveLength(1);
});

test('garbage is never taken for a handler without calls', () => {
  for (const source of [
    '\u0000',
    'def handler(',
    '((((',
    "f'{",
    '"""',
    'class',
    'lambda',
    '@',
    'def handler(event, context):\n\treturn [x for',
    'import',
    'from',
    'with',
    'match x:\n  case',
  ]) {
    expect(analyze(source).unverifiable).not.toEqual([]);
  }
});
