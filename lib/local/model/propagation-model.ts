import { own } from '../../assembly/cloudformation';

/** What passes between client and target besides the arguments of a tool (`MetadataConfiguration`). */
export interface PropagationModel {
  readonly requestHeaders: readonly string[];
  readonly responseHeaders: readonly string[];
  readonly queryParameters: readonly string[];
}

export function readPropagation(configuration: unknown): PropagationModel {
  const names = (property: string) => {
    const value = own(configuration, property);
    return Array.isArray(value) ? value.map((name) => String(name).toLowerCase()) : [];
  };
  const queryParameters = own(configuration, 'AllowedQueryParameters');
  return {
    requestHeaders: names('AllowedRequestHeaders'),
    responseHeaders: names('AllowedResponseHeaders'),
    queryParameters: Array.isArray(queryParameters) ? queryParameters.map(String) : [],
  };
}
