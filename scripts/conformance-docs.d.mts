/** What stands in each generated file, by its path from the root. */
export function conformanceDocs(): Promise<[file: string, text: string][]>;
