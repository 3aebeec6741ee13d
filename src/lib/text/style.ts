import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/**
 * Colours a text where the stream is a terminal; NO_COLOR and FORCE_COLOR are honoured (styleText does).
 * @param stream where the text is going to be written
 */
export const style = (format: Format, text: string, stream: NodeJS.WriteStream = process.stdout): string =>
  styleText(format, text, { stream, validateStream: true });
