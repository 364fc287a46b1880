// Package importer reads the workbook with which a project opens, says which
// cells are faulty and why, and loads the rest in one batch that can be taken
// back whole (EST-17, INS-11).
//
// It owns: reading of Excel workbooks within limits, the mapping of columns by
// their headings, the certain normalisations, the checks, the marked copy, the
// template, and the record of batches. It does not own: the tables the rows
// land in (estate), nor where the uploaded file lies (files).
//
// Read and Check are pure: a workbook in, findings out, no database. The words
// (headings, uses, states) are data in fields.yaml. Start at Read, then Check.
package importer
