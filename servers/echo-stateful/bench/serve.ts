import { options, serve } from '../../kit/bench/serve.ts';
import { createEchoStateful } from '../src/index.ts';

serve(createEchoStateful(options).handler);
