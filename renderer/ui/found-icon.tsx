import type { FoundKind } from '@shared/search/part-text.ts';
import {
  BookOpen,
  Brain,
  File,
  Globe,
  Info,
  type LucideIcon,
  MessageSquare,
  Pencil,
  Terminal,
  User,
  Wrench,
} from 'lucide-react';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  you: User,
  agent: MessageSquare,
  thought: Brain,
  note: Info,
  file: File,
  source: Globe,
  'tool:execute': Terminal,
  'tool:process_output': Terminal,
  'tool:write_file': Pencil,
  'tool:edit_files': Pencil,
  'tool:read_file': BookOpen,
};

/** Of what a part that was found is. */
export function FoundIcon({ kind }: { readonly kind: FoundKind }) {
  const Icon = ICONS[kind] ?? Wrench;
  return <Icon className="i" aria-hidden="true" />;
}

/** What a machine said stands in mono. */
export function isMachine(kind: FoundKind): boolean {
  return kind.startsWith('tool:') || kind === 'file';
}

const WORDS: Readonly<Record<string, string>> = {
  you: 'You',
  agent: 'Agent',
  thought: 'Thought',
  note: 'Note',
  file: 'File',
  source: 'Source',
  'tool:execute': 'Command',
  'tool:process_output': 'Output',
  'tool:write_file': 'Edit',
  'tool:edit_files': 'Edit',
  'tool:read_file': 'Read',
};

export function kindWords(kind: FoundKind): string {
  return WORDS[kind] ?? 'Tool';
}
