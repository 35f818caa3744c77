import { Doctor } from './doctor.tsx';
import { HostQuestions } from './host-questions.tsx';

/** What hosts need a person for, over whatever is open. */
export function HostDialogs() {
  return (
    <>
      <Doctor />
      <HostQuestions />
    </>
  );
}
