// The jsii surface. Named exports only: adding a line here is an API decision.
export {};
