exports.handler = async (_event, context) => context.clientContext;
