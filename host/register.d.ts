/** Ends the loading of TypeScript, for what is loaded from then on. */
export function unregister(): Promise<void>
