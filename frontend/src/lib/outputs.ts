/** The outputs of the first page, in the order they are shown. */
export const OUTPUTS = ['operating', 'registered', 'realised_investment', 'jobs', 'cash', 'serviced_area'] as const;
export type OutputKey = (typeof OUTPUTS)[number];
export const isOutput = (name: string | null): name is OutputKey => OUTPUTS.some((one) => one === name);
