import { z } from 'zod';

// Imported before any schema is made: zod else tries whether it may compile code, which the page's policy reports.
z.config({ jitless: true });
