// Takes the place of the native database that dynalite can keep tables in: the local gateway keeps them in memory.
exports.Level = class Level {
  constructor() {
    throw new Error('the local gateway keeps its tables in memory');
  }
};
