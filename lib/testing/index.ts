// The `./testing` entry point: proofs in unit tests, from the rendered templates alone.
export {
  type AllowExpectation,
  Authorization,
  type AuthorizationOptions,
  authorizationOf,
  type Call,
  type Expectation,
} from './authorization';
export { ExpectationError } from './expectation-error';
export { type ProofSubject, RoleExpectations, Roles, rolesOf } from './roles';
export type { CloudAssemblyLike, ConstructLike, Subject, TemplateLike } from './subject';
