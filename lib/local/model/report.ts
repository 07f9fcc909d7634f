/** Takes what the deployed gateway would do and this one does not. */
export type Report = (whatIsNotSimulated: string) => void;
