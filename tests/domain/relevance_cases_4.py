"""A fourth set, written after the third: start-ups, verbs, tenants, rentals, what only runs on chips."""

from __future__ import annotations

AI_CHIP = """
专注于云端大模型推理加速芯片(LPU)的初创公司
fabless startup building inference accelerators for large language models
自主研发全功能GPU,产品用于桌面图形渲染和AI训练
SRAM存内计算AI芯片研发商
为智能驾驶提供大算力NPU SoC
designs transformer-specific ASICs
端侧AI视觉处理器芯片设计企业
光子AI计算芯片,面向数据中心矩阵运算加速
类脑神经形态计算芯片设计公司
RISC-V架构的AI加速卡与DSA处理器供应商
maker of edge AI processors (NPU) for cameras and robots
develops custom silicon for inference
designs silicon for AI inference in data centers
builds chips that run neural networks at the edge
startup developing wafer-scale AI processors
analog in-memory compute chips for edge AI
大模型推理芯片研发商,支持多种开源模型
GPU芯片设计公司,兼容CUDA生态,采用Chiplet架构
公司主营业务为智能驾驶芯片,搭载自研NPU
面向机器人的端侧大算力SoC,采用存算一体架构
自研GPGPU架构,采用7nm工艺
采用RISC-V架构的AI芯片设计公司
RISC-V AI SoC supplier for smart cameras
专注可重构计算的AI芯片企业,使用自研编译器
""".strip().splitlines()

RELATED = """
自研DPU智能网卡芯片
co-packaged optics and optical I/O chiplets for AI clusters
半导体用石英制品
刻蚀机与薄膜沉积设备制造商
ABF载板用积层膜材料
NAND闪存主控芯片和SSD
EDA原型验证与硬件仿真工具
AI芯片测试机及探针卡
AI服务器整机制造商
DRAM存储芯片IDM
国产FPGA芯片设计
licenses RISC-V CPU IP cores
Chiplet先进封装服务
800G光模块与硅光引擎
高速铜缆连接器,用于GPU服务器互连
HBM memory stacks for accelerators
国产服务器CPU处理器研发商
12英寸硅片
GPU服务器液冷一体机柜与服务器整机
HBM测试设备
PCIe交换芯片与Retimer
AI芯片设计服务与IP授权
GPU芯片封装测试
CPU和DPU芯片,支持AI加速
存储控制芯片,采用RISC-V架构
800G光模块,用于AI集群
chip design services for AI accelerators
服务器整机厂商,搭载国产GPU
AI chip foundry
""".strip().splitlines()

NO = """
车规级MCU芯片设计
IGBT与碳化硅功率器件
智能音频SoC与蓝牙耳机芯片
GPU算力租赁与智算中心运营
CMOS图像传感器芯片
比特币矿机ASIC芯片
大语言模型与智能体平台
生物芯片与基因检测
射频前端芯片
图形设计与广告制作
rents NVIDIA GPU capacity to developers
AI数据中心液冷散热系统
英伟达显卡代理经销
基于地平线芯片的自动驾驶软件方案
人形机器人整机
新能源汽车动力电池
农业种植
向量数据库软件,支持GPU加速
显示驱动芯片DDIC
智能摄像头整机及AI算法
video game studio using GPU rendering
人工智能编程教育
电源管理芯片PMIC设计
MEMS传感器芯片
产业园区物业管理,园内有AI芯片企业
医学影像AI辅助诊断,采用GPU训练
5G基带芯片
股权投资基金,投资AI芯片企业
blockchain mining accelerators
GPU驱动的VR头显整机
提供云渲染服务,采用GPU集群
工业相机厂商,搭载AI芯片
科技园区运营商,入驻企业包括多家GPU公司
AI training course provider for chip engineers
leases GPU servers to AI labs
推理服务平台,兼容多家国产AI芯片
智能座舱软件,适配高通与地平线芯片
芯片行业媒体,报道GPU产业
电动车企业,自动驾驶系统使用英伟达芯片
AI服务器散热风扇
PC显卡品牌商,采购英伟达GPU生产显卡
GPU虚拟化软件,支持国产GPU
智能家居语音芯片
无人机飞控系统
AI眼镜整机
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
