/**
 * Programs as ONNX models: a {@link org.iterativemaps.inference.Program} in the operators of opset
 * 13, written with the classes of the format that ND4J brings.
 */
package org.iterativemaps.export.onnx;
