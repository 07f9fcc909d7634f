import { qualifiedToolName, splitToolName } from '../../lib/protocol/tool-name';

test.each([
  ['orders___get', { target: 'orders', tool: 'get' }],
  ['orders___get___all', { target: 'orders', tool: 'get___all' }],
  ['orders____get', { target: 'orders', tool: '_get' }],
  ['orders__get', undefined],
  ['___get', undefined],
  ['orders___', undefined],
])('%s splits into %j', (name, expected) => {
  expect(splitToolName(name)).toEqual(expected);
});

test('joining and splitting are inverse', () => {
  expect(splitToolName(qualifiedToolName('orders', 'get'))).toEqual({ target: 'orders', tool: 'get' });
});
