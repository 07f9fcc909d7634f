/** How much harm a call can do. Rules ask more of the permits of a destructive tool. */
export enum ToolRisk {
  /** Changes nothing. */
  READ = 'READ',
  /** Changes data in a way that can be undone. */
  WRITE = 'WRITE',
  /** Moves money, deletes, publishes: cannot be undone. */
  DESTRUCTIVE = 'DESTRUCTIVE',
}
